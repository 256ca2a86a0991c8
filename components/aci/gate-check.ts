import type { X509Certificate } from "node:crypto";
import { CERTIFICATE_PENDING } from "../front/errors";

/** What a revision must answer with before DNS may point to it. The gate is the hook that enforces this (see gate-hooks.ts). */
export type GateExpectation =
    /** Exactly this certificate. */
    | { kind: "certificate"; fingerprint: string }
    /** Any valid certificate for the name: the authority issues it, so its fingerprint is unknown. */
    | { kind: "issued" }
    /** As `issued`; from the time `from` also the placeholder, because the authority cannot issue before DNS points here. */
    | { kind: "issued-later"; from: Date }
    /** A plain HTTP response. */
    | { kind: "plain" };

/** The result of one request to a revision. */
export type ProbeResult =
    | { kind: "unreachable"; reason: string }
    | {
          kind: "answer";
          /** The HTTP status of `GET /`, which tells whether the model is ready. */
          status: number;
          /** `error.code` of the response body, if there is one. */
          code?: string;
          /** The leaf certificate of the TLS session. Absent over plain HTTP. */
          certificate?: X509Certificate;
      };

/** Why DNS must not point to the revision yet; undefined when it may. */
export function gateProblem(
    result: ProbeResult,
    expected: GateExpectation,
    hostname: string,
    now: Date,
): string | undefined {
    if (result.kind === "unreachable") return result.reason;
    const { status, code, certificate } = result;
    if (status === 503 && code === CERTIFICATE_PENDING) {
        if (expected.kind === "issued-later" && now >= expected.from) return undefined;
        return `it serves the placeholder certificate, because none has been issued yet (503 ${CERTIFICATE_PENDING})`;
    }
    const problem = certificateProblem(certificate, expected, hostname, now);
    if (problem !== undefined) return problem;
    if (status === 200) return undefined;
    const response = code === undefined ? String(status) : `${status} ${code}`;
    return status === 503 ? `its model is not ready (${response})` : `it answers GET / with ${response}`;
}

function certificateProblem(
    certificate: X509Certificate | undefined,
    expected: GateExpectation,
    hostname: string,
    now: Date,
): string | undefined {
    if (expected.kind === "plain") return undefined;
    if (!certificate) return "it serves no certificate";
    const { fingerprint256 } = certificate;
    if (expected.kind === "certificate") {
        if (fingerprint256 === expected.fingerprint) return undefined;
        return `it serves the certificate with the fingerprint ${fingerprint256}, not ${expected.fingerprint}`;
    }
    // RFC 9525: clients compare the name with subject alternative names only.
    if (certificate.checkHost(hostname, { subject: "never" }) === undefined) {
        return `it serves a certificate that does not cover ${hostname} (fingerprint ${fingerprint256})`;
    }
    // RFC 5280, section 4.1.2.5: both ends are inside the validity period.
    if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo)) {
        return `it serves a certificate that is valid only from ${certificate.validFrom} to ${certificate.validTo} (fingerprint ${fingerprint256})`;
    }
    return undefined;
}

/** The error of an update whose new revision did not become ready. */
export function gateFailure(failure: {
    name: string;
    hostname: string;
    /** Whether there was no DNS record, and so no previous revision. */
    isNew: boolean;
    containerGroupName: string;
    at: string;
    problem: string;
    logCommand: string;
}): string {
    const { name, hostname, isNew, containerGroupName, at, problem, logCommand } = failure;
    const outcome = isNew
        ? `The DNS record ${hostname} was not created.`
        : `DNS was not switched to the new revision. The previous one is still serving ${hostname}.`;
    return `${name}: ${outcome} The new revision ${containerGroupName} (${at}) did not become ready: ${problem}. To see the logs of its model: ${logCommand}. Fix the cause and run the update again; if this machine cannot reach the address, set revisionTimeoutSeconds to 0.`;
}
