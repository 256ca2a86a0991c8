import type { X509Certificate } from "node:crypto";
import { AcmeChallenge } from "../certificate/acme-arguments";
import { PLACEHOLDER_COMMON_NAME } from "../front";
import { CERTIFICATE_PENDING } from "../front/errors";

/** What a revision must answer with before DNS may point to it. The gate is the hook that enforces this (see gate-hooks.ts). */
export type GateExpectation =
    /** Exactly this certificate. */
    | { kind: "certificate"; fingerprint: string }
    /** A certificate that an authority issues, so its fingerprint is unknown. */
    | { kind: "issued"; challenge: AcmeChallenge; isNew: boolean }
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
    return certificateProblem(result.certificate, expected, hostname, now) ?? modelProblem(result);
}

function certificateProblem(
    certificate: X509Certificate | undefined,
    expected: GateExpectation,
    hostname: string,
    now: Date,
): string | undefined {
    if (expected.kind === "plain") return undefined;
    if (!certificate) return "it serves no certificate";
    if (expected.kind === "issued") return issuedProblem(certificate, expected, hostname, now);
    const { fingerprint256 } = certificate;
    if (fingerprint256 === expected.fingerprint) return undefined;
    return `it serves the certificate with the fingerprint ${fingerprint256}, not ${expected.fingerprint}`;
}

/**
 * A name with a record has clients, so its revision needs a valid certificate: a revision that cannot read the certificate
 * store shows the placeholder too. A new record has no clients, and the placeholder means that nothing was issued before. A
 * certificate for other names is that of the previous host name (see follow-store.lua): with `Http01` the authority validates
 * the new one only once its record exists; with `Dns01` it can before.
 */
function issuedProblem(
    certificate: X509Certificate,
    { challenge, isNew }: Extract<GateExpectation, { kind: "issued" }>,
    hostname: string,
    now: Date,
): string | undefined {
    if (isPlaceholder(certificate)) {
        if (isNew) return undefined;
        const problem =
            "it serves the placeholder certificate, because the certificate store has no certificate yet or cannot be read";
        if (challenge === AcmeChallenge.Dns01) return problem;
        return `${problem}. With tls.acme.challenge Http01, ${hostname} can be validated before DNS is switched only if the previous revision has tls.mode Auto; otherwise set the challenge to Dns01`;
    }
    if (isNew && challenge === AcmeChallenge.Http01) return undefined;
    return invalidFor(certificate, hostname, now);
}

/** Public authorities issue certificates without a subject. Node returns `undefined` then, other than its type says. */
function isPlaceholder({ subject }: { subject?: string }): boolean {
    return subject?.split("\n").includes(`CN=${PLACEHOLDER_COMMON_NAME}`) ?? false;
}

function invalidFor(certificate: X509Certificate, hostname: string, now: Date): string | undefined {
    const { fingerprint256, validFrom, validTo } = certificate;
    // RFC 9525: clients compare the name with subject alternative names only.
    if (certificate.checkHost(hostname, { subject: "never" }) === undefined) {
        return `it serves a certificate that does not cover ${hostname} (fingerprint ${fingerprint256})`;
    }
    // RFC 5280, section 4.1.2.5: both ends are inside the validity period.
    if (now < new Date(validFrom) || now > new Date(validTo)) {
        return `it serves a certificate that is valid only from ${validFrom} to ${validTo} (fingerprint ${fingerprint256})`;
    }
    return undefined;
}

/** Over the placeholder the front answers `GET /` with this code only while its model is ready. */
function modelProblem({
    status,
    code,
    certificate,
}: Extract<ProbeResult, { kind: "answer" }>): string | undefined {
    if (status === 200) return undefined;
    const overPlaceholder = certificate !== undefined && isPlaceholder(certificate);
    if (overPlaceholder && status === 503 && code === CERTIFICATE_PENDING) return undefined;
    const response = code === undefined ? String(status) : `${status} ${code}`;
    return status === 503 ? `its model is not ready (${response})` : `it answers GET / with ${response}`;
}

/** The error of an update whose new revision did not become ready. */
export function gateFailure(failure: {
    name: string;
    hostname: string;
    /** Whether the update creates the DNS record: of a new service, or of a changed host name. */
    isNew: boolean;
    containerGroupName: string;
    at: string;
    problem: string;
    /** The commands that show the logs, by container. */
    logCommands: string[];
}): string {
    const { name, hostname, isNew, containerGroupName, at, problem, logCommands } = failure;
    const outcome = isNew
        ? `The DNS record ${hostname} was not created.`
        : `DNS was not switched to the new revision. The previous one is still serving ${hostname}.`;
    return `${name}: ${outcome} The new revision ${containerGroupName} (${at}) did not become ready: ${problem}. To see its logs: ${logCommands.join(", ")}. Fix the cause and run the update again; if this machine cannot reach the address, set revisionTimeoutSeconds to 0.`;
}
