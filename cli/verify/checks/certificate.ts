import {
    type Certificate,
    type Finding,
    type Judgement,
    type Refusal,
    addRefusal,
    judgePresentedChain,
    readCertificates,
    trustStore,
} from "../../../components/pki";
import type { Handshake } from "../handshake";
import { type CheckResult, fault, ok, temporaryFault, skipped, warning } from "../report";

/** The codes of certificate findings by check. All other codes belong to the check of the chain. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
    "certificate-names": [
        "name-not-covered",
        "name-not-permitted",
        "malformed-alternative-name",
        "malformed-constraints",
    ],
    "certificate-dates": [
        "leaf-expired",
        "leaf-not-yet-valid",
        "intermediate-expired",
        "intermediate-not-yet-valid",
        "root-expired",
        "malformed-time",
        "expires-soon",
        "issuer-expires-soon",
        "expired-cross-signed-root",
        "long-lifetime",
        "shorter-next-time",
    ],
    "certificate-strength": [
        "weak-key",
        "unsupported-key",
        "malformed-key",
        "uncommon-key",
        "unusual-exponent",
        "weak-signature",
        "uncommon-signature",
        "no-server-auth",
        "no-digital-signature",
        "must-staple",
        "unknown-critical-extension",
    ],
};
/** The check for all codes that TOPICS does not list. */
const CHAIN = "certificate-chain";
const IDENTITY = "certificate-identity";

export interface CertificateExpectations {
    host: string;
    /** Trusted roots in addition to the public ones, PEM. */
    authorities: readonly string[];
    /** SHA-256 fingerprint of the deployed certificate, if known. */
    fingerprint?: string;
    /** Why a client refused the certificate on a connection of its own. */
    refusal?: Refusal;
    now: Date;
}

/** Checks the chain that the server presents, as a client does. */
export function checkCertificate(handshake: Handshake, expected: CertificateExpectations): CheckResult[] {
    const names = [CHAIN, ...Object.keys(TOPICS), ...(expected.fingerprint ? [IDENTITY] : [])];
    if (handshake.kind !== "accepted") {
        return names.map(name => skipped(name, `No TLS connection (${handshake.reason}).`));
    }
    const { presented } = handshake;
    const further = expected.authorities.flatMap(pem => readCertificates(pem).certificates);
    const judgement = addRefusal(
        judgePresentedChain(presented, expected.host, expected.now, trustStore(further)),
        expected.refusal,
    );
    if (!judgement.summary) {
        return names.map(name =>
            fault(name, "The server presents no readable certificate.", "Deploy a certificate."),
        );
    }
    const chain = judgement.findings.filter(
        ({ code }) => !Object.values(TOPICS).some(codes => codes.includes(code)),
    );
    const checks = [checkOf(CHAIN, chain, describeChain(presented))];
    for (const [name, codes] of Object.entries(TOPICS)) {
        const findings = judgement.findings.filter(({ code }) => codes.includes(code));
        checks.push(checkOf(name, findings, describe(name, judgement, presented, expected.now)));
    }
    if (expected.fingerprint) checks.push(checkIdentity(judgement, expected.fingerprint));
    return checks;
}

function checkOf(name: string, findings: Finding[], good: string): CheckResult {
    const counting = findings.filter(finding => finding.severity !== "info");
    if (counting.length === 0) return ok(name, good);
    const make = counting.some(finding => finding.severity === "error") ? fault : warning;
    return make(
        name,
        counting.map(finding => `${finding.code}: ${finding.message}`).join(" "),
        counting.map(finding => finding.advice).join(" "),
    );
}

/** The fault is temporary because the previous certificate is served until an update ends. */
function checkIdentity({ summary }: Judgement, fingerprint: string): CheckResult {
    if (summary?.fingerprint === fingerprint)
        return ok(IDENTITY, `SHA-256 ${shorten(fingerprint)}, as deployed`);
    return temporaryFault(
        IDENTITY,
        `The service presents the certificate with SHA-256 ${shorten(summary?.fingerprint ?? "")}; the deployed one has ${shorten(fingerprint)}.`,
        "Wait until the update ends. If the fault remains, another server answers at this address.",
    );
}

function describeChain(presented: Certificate[]): string {
    return [...presented.map(one => one.subject), presented.at(-1)?.issuer].join(" ← ");
}

function describe(name: string, { summary }: Judgement, presented: Certificate[], now: Date): string {
    const [leaf] = presented;
    if (!summary || !leaf) return "";
    if (name === "certificate-names") return summary.names.join(", ");
    if (name === "certificate-dates") {
        const days = Math.floor((leaf.notAfter.getTime() - now.getTime()) / 86_400_000);
        return `until ${summary.notAfter} (${days} days)`;
    }
    const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey ?? {};
    const size = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength ?? "";
    return `${asymmetricKeyType ?? "key"} ${size}`.trim();
}

function shorten(fingerprint: string): string {
    return `${fingerprint.slice(0, 23)}…`;
}
