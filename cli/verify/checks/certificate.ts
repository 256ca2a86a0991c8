import {
    type Certificate,
    type Finding,
    type Judgement,
    judgePresentedChain,
    readCertificates,
    trustStore,
} from "../../../components/pki";
import type { Handshake } from "../handshake";
import { type Finished, fault, ok, passingFault, skipped, warning } from "../report";

/** The findings of the certificate rules, told apart by what a person has to do about them. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
    "certificate-names": ["name-not-covered", "name-not-permitted"],
    "certificate-dates": [
        "leaf-expired",
        "leaf-not-yet-valid",
        "intermediate-expired",
        "intermediate-not-yet-valid",
        "root-expired",
        "expires-soon",
        "long-lifetime",
        "shorter-next-time",
    ],
    "certificate-strength": [
        "weak-key",
        "unsupported-key",
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
/** Everything else is about the chain. */
const CHAIN = "certificate-chain";
const IDENTITY = "certificate-identity";

export interface CertificateExpectations {
    host: string;
    /** PEM texts of roots beside the public ones. */
    authorities: readonly string[];
    /** Of the certificate that was deployed, when it is known. */
    fingerprint?: string;
    now: Date;
}

/** What the server presents, judged as a client would. */
export function checkCertificate(handshake: Handshake, expected: CertificateExpectations): Finished[] {
    const names = [CHAIN, ...Object.keys(TOPICS), ...(expected.fingerprint ? [IDENTITY] : [])];
    if (handshake.kind !== "accepted") {
        return names.map(name => skipped(name, `No TLS connection (${handshake.reason}).`));
    }
    const { presented } = handshake;
    const further = expected.authorities.flatMap(pem => readCertificates(pem).certificates);
    const judgement = judgePresentedChain(presented, expected.host, expected.now, trustStore(further));
    if (!judgement.summary) {
        return names.map(name => fault(name, "The server presents no readable certificate.", "Deploy one."));
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

function checkOf(name: string, findings: Finding[], good: string): Finished {
    const counting = findings.filter(finding => finding.severity !== "info");
    if (counting.length === 0) return ok(name, good);
    const make = counting.some(finding => finding.severity === "error") ? fault : warning;
    return make(
        name,
        counting.map(finding => `${finding.code}: ${finding.message}`).join(" "),
        counting.map(finding => finding.advice).join(" "),
    );
}

/** During an update the former certificate is still served for a while. */
function checkIdentity({ summary }: Judgement, fingerprint: string): Finished {
    if (summary?.fingerprint === fingerprint)
        return ok(IDENTITY, `SHA-256 ${shorten(fingerprint)}, as deployed`);
    return passingFault(
        IDENTITY,
        `Serves a certificate with SHA-256 ${shorten(summary?.fingerprint ?? "")}; deployed was ${shorten(fingerprint)}.`,
        "Wait until the update is through; if it stays, something else answers at this address.",
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
    const { asymmetricKeyType, asymmetricKeyDetails } = leaf.x509.publicKey;
    const size = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength ?? "";
    return `${asymmetricKeyType ?? "key"} ${size}`.trim();
}

function shorten(fingerprint: string): string {
    return `${fingerprint.slice(0, 23)}…`;
}
