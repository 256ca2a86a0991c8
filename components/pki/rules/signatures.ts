import type { Certificate, SignatureAlgorithm } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

/** Object identifiers of signatures over MD2, MD5 and SHA-1, whose collisions can be computed. */
const WEAK_SIGNATURES: Readonly<Record<string, string>> = {
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.3.14.3.2.29": "SHA-1",
    "1.2.840.10045.4.1": "SHA-1",
    "1.2.840.10040.4.3": "SHA-1",
};

/** SHA-256, SHA-384 and SHA-512 with RSA (PKCS #1 1.5) and ECDSA: supported by all clients. */
const COMMON_SIGNATURES: ReadonlySet<string> = new Set([
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
]);
const RSASSA_PSS = "1.2.840.113549.1.1.10";
const ED25519 = "1.3.101.112";

export function weakSignature(facts: Facts): Finding | undefined {
    for (const certificate of signed(facts)) {
        const hash = weakHash(certificate.signatureAlgorithm);
        if (!hash) continue;
        return {
            code: "weak-signature",
            severity: "error",
            message: `${certificate.subject} is signed with ${hash}, which is not secure.`,
            advice: "Get a certificate that is signed with SHA-256 or better.",
        };
    }
    return undefined;
}

/** Go and browsers support few algorithms and refuse all others. */
export function uncommonSignature(facts: Facts): Finding | undefined {
    for (const { signatureAlgorithm, subject } of signed(facts)) {
        const { oid } = signatureAlgorithm;
        if (COMMON_SIGNATURES.has(oid) || weakHash(signatureAlgorithm)) continue;
        if (oid === RSASSA_PSS && isUsualPss(signatureAlgorithm)) continue;
        const what =
            oid === ED25519 ? "Ed25519, which browsers do" : `an algorithm (${oid}) that Go and browsers do`;
        return {
            code: "uncommon-signature",
            severity: "warning",
            message: `${subject} is signed with ${what} not accept.`,
            advice: "Get a certificate that is signed with RSA or ECDSA and SHA-256.",
        };
    }
    return undefined;
}

/** Clients do not verify the signature of a trusted root. */
function signed({ verifiedPath }: Facts): Certificate[] {
    return verifiedPath.filter((one, i) => i === 0 || !one.selfSigned);
}

function weakHash(algorithm: SignatureAlgorithm): string | undefined {
    // SHA-1 is the default when no hash is given (RFC 4055, 3.1).
    if (algorithm.oid === RSASSA_PSS && pssHashes(algorithm).length === 0) return "SHA-1";
    return WEAK_SIGNATURES[algorithm.oid];
}

/** One hash for message and mask, and a salt of its length (RFC 8446, 4.2.3). */
function isUsualPss(algorithm: SignatureAlgorithm): boolean {
    const [hash = "", mask, ...more] = pssHashes(algorithm);
    const [, salt] = /a2030201(..)(?:a303020101)?$/.exec(hexParameters(algorithm)) ?? [];
    return hash === mask && more.length === 0 && salt !== undefined && salt === SALTS[hash];
}

/** Salt by hash, both as the hexadecimal byte that tells them: SHA-256, SHA-384, SHA-512. */
const SALTS: Readonly<Record<string, string>> = { "01": "20", "02": "30", "03": "40" };

/** The last byte of each identifier of the SHA-2 family (2.16.840.1.101.3.4.2.x), first of the message, then of the mask. */
function pssHashes(algorithm: SignatureAlgorithm): string[] {
    return [...hexParameters(algorithm).matchAll(/6086480165030402(..)/g)].map(([, last = ""]) => last);
}

function hexParameters({ parameters }: SignatureAlgorithm): string {
    return (parameters ?? Buffer.alloc(0)).toString("hex");
}
