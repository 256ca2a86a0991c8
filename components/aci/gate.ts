import type { X509Certificate } from "node:crypto";
import { CERTIFICATE_PENDING } from "../front/errors";

/** What a revision has to show before the name may lead to it. */
export type GateExpectation =
    /** This very certificate. */
    | { kind: "certificate"; fingerprint: string }
    /** Any certificate for the name that is valid now, as it is issued outside of updates. */
    | { kind: "issued" }
    /** The same, or from a moment on that none is issued yet: it cannot be before the name leads there. */
    | { kind: "issued-later"; from: Date }
    /** Plain HTTP. */
    | { kind: "plain" };

/** What one look at a revision found. */
export type Sighting =
    | { kind: "unreachable"; reason: string }
    | {
          kind: "answer";
          /** Of `GET /`, where a front says whether its model is ready. */
          status: number;
          /** `error.code` of the answer, when it has one. */
          code?: string;
          /** The leaf that was shown. Absent over plain HTTP. */
          certificate?: X509Certificate;
      };

/** What keeps the name from leading to the revision; nothing when it may. */
export function gateProblem(
    seen: Sighting,
    expected: GateExpectation,
    hostname: string,
    now: Date,
): string | undefined {
    if (seen.kind === "unreachable") return seen.reason;
    const { status, code, certificate } = seen;
    if (status === 503 && code === CERTIFICATE_PENDING) {
        if (expected.kind === "issued-later" && now >= expected.from) return undefined;
        return `it has no certificate yet and shows a placeholder (503 ${CERTIFICATE_PENDING})`;
    }
    const problem = certificateProblem(certificate, expected, hostname, now);
    if (problem !== undefined) return problem;
    if (status === 200) return undefined;
    const said = code === undefined ? String(status) : `${status} ${code}`;
    return status === 503 ? `its model is not ready (${said})` : `it answers GET / with ${said}`;
}

function certificateProblem(
    certificate: X509Certificate | undefined,
    expected: GateExpectation,
    hostname: string,
    now: Date,
): string | undefined {
    if (expected.kind === "plain") return undefined;
    if (!certificate) return "it shows no certificate";
    const { fingerprint256 } = certificate;
    if (expected.kind === "certificate") {
        if (fingerprint256 === expected.fingerprint) return undefined;
        return `it shows the certificate with the fingerprint ${fingerprint256}, not ${expected.fingerprint}`;
    }
    // As clients do (RFC 9525): alternative names only, and both ends of the validity are inside.
    if (certificate.checkHost(hostname, { subject: "never" }) === undefined) {
        return `it shows a certificate that is not for ${hostname} (fingerprint ${fingerprint256})`;
    }
    if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo)) {
        return `it shows a certificate that is valid from ${certificate.validFrom} to ${certificate.validTo} only (fingerprint ${fingerprint256})`;
    }
    return undefined;
}
