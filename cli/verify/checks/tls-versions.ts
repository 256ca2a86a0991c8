import { type Endpoint, type Handshake, type TlsVersion, shakeHands } from "../handshake";
import { type Finished, fault, ok, passingFault, warning } from "../report";

const NAME = "tls-versions";
const VERSIONS: readonly TlsVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** TLS 1.2 and 1.3, or 1.3 alone; 1.0 and 1.1 are broken and retired (RFC 8996). */
export async function checkTlsVersions(endpoint: Endpoint, timeoutMs: number): Promise<Finished> {
    const tried = await Promise.all(
        VERSIONS.map(async version => ({ version, result: await shakeHands(endpoint, timeoutMs, version) })),
    );
    const names = (kind: Handshake["kind"]) =>
        tried.filter(one => one.result.kind === kind).map(one => one.version.replace(/^TLSv1$/, "TLSv1.0"));
    const [accepted, refused, unknown] = [names("accepted"), names("refused"), names("unknown")];
    const seen = [
        `accepted: ${accepted.join(", ") || "none"}`,
        `refused: ${refused.join(", ") || "none"}`,
        ...(unknown.length > 0 ? [`not known: ${unknown.join(", ")}`] : []),
    ].join("; ");
    const old = accepted.filter(version => version === "TLSv1.0" || version === "TLSv1.1");
    if (old.length > 0) {
        return fault(
            NAME,
            seen,
            `Turn off ${old.join(" and ")} at whatever ends TLS in front of the service.`,
        );
    }
    if (accepted.length === 0) {
        return passingFault(
            NAME,
            seen,
            "Check that the port speaks TLS and that the front has its certificate.",
        );
    }
    if (!accepted.includes("TLSv1.3")) return warning(NAME, seen, "Allow TLS 1.3: it is faster and safer.");
    if (unknown.length > 0) {
        return warning(NAME, seen, "Try again from a machine whose OpenSSL can speak every version.");
    }
    return ok(NAME, seen);
}
