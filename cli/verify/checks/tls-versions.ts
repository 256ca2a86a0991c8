import { type Endpoint, type Handshake, type TlsVersion, tlsHandshake } from "../handshake";
import { type CheckResult, fault, ok, temporaryFault, warning } from "../report";

const NAME = "tls-versions";
const VERSIONS: readonly TlsVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** The server must accept only TLS 1.2 and 1.3. RFC 8996 forbids 1.0 and 1.1. */
export async function checkTlsVersions(endpoint: Endpoint, timeoutMs: number): Promise<CheckResult> {
    const tried = await Promise.all(
        VERSIONS.map(async version => ({
            version,
            result: await tlsHandshake(endpoint, timeoutMs, version),
        })),
    );
    const names = (kind: Handshake["kind"]) =>
        tried.filter(one => one.result.kind === kind).map(one => one.version.replace(/^TLSv1$/, "TLSv1.0"));
    const [accepted, refused, unknown] = [names("accepted"), names("refused"), names("unknown")];
    const seen = [
        `accepted: ${accepted.join(", ") || "none"}`,
        `refused: ${refused.join(", ") || "none"}`,
        ...(unknown.length > 0 ? [`unknown: ${unknown.join(", ")}`] : []),
    ].join("; ");
    const old = accepted.filter(version => version === "TLSv1.0" || version === "TLSv1.1");
    if (old.length > 0) {
        return fault(NAME, seen, `Disable ${old.join(" and ")} where TLS is terminated.`);
    }
    if (accepted.length === 0) {
        return temporaryFault(
            NAME,
            seen,
            "Check that the port uses TLS and that the front has its certificate.",
        );
    }
    if (!accepted.includes("TLSv1.3")) return warning(NAME, seen, "Allow TLS 1.3: it is faster and safer.");
    if (unknown.length > 0) {
        return warning(NAME, seen, "Repeat the check from a machine whose OpenSSL supports all versions.");
    }
    return ok(NAME, seen);
}
