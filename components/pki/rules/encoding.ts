import { COMMANDS } from "../commands";
import type { Certificate } from "../certificate";
import type { EncodingCode } from "../encoding";
import type { Facts, Rule } from "../facts";
import type { Finding } from "../finding";

/** Who refuses a fault of an encoding, and what to do about it. */
interface Explanation {
    refusal: string;
    advice: string;
}

const REISSUE = "Have the authority reissue it according to RFC 5280.";
const STRICT = "Go and other strict clients refuse it";

/** The faults with this code of the first certificate that has any, of all certificates that clients parse. */
function findingOf(code: EncodingCode, facts: Facts): Finding | undefined {
    const { refusal, advice } = EXPLANATIONS[code];
    for (const { encodingFaults, subject } of parsed(facts)) {
        const faults = encodingFaults.filter(one => one.code === code);
        if (faults.length === 0) continue;
        const what = faults.map(one => one.what).join(", ");
        const severity = faults.some(one => one.severity === "error") ? "error" : "warning";
        return {
            code,
            severity,
            message: `The certificate for ${subject} is malformed: ${what}. ${refusal}.`,
            advice,
        };
    }
    return undefined;
}

/** Clients parse every certificate that the server sends, and the roots that they trust. */
function parsed({ chain, verifiedPath }: Facts): Certificate[] {
    return [...new Set([...chain.certificates, ...verifiedPath])];
}

const EXPLANATIONS: Readonly<Record<EncodingCode, Explanation>> = {
    "malformed-time": {
        refusal: "OpenSSL (curl, Python, Node) refuses it, and Go most such times",
        advice: "Have the authority reissue it with times in UTC with seconds and without fractions, e.g. 20270101000000Z.",
    },
    "malformed-constraints": {
        refusal: "Go refuses the authority, and OpenSSL every name to which the constraint applies",
        advice: "Have the authority reissued with valid name constraints, e.g. IP:10.0.0.0/255.0.0.0 in the configuration of OpenSSL.",
    },
    "algorithm-mismatch": {
        refusal: "All clients refuse it",
        advice: REISSUE,
    },
    "malformed-key": {
        refusal: STRICT,
        advice: "Create the key and the request with another program, for example OpenSSL, and have the certificate reissued.",
    },
    "malformed-alternative-name": {
        refusal:
            "No client matches it with a host name, and strict clients, such as Go's, refuse the certificate",
        advice: "Have it reissued with host names in lower-case ASCII (international names in the form xn--…), without blanks and without a dot at the end.",
    },
    "malformed-name": { refusal: STRICT, advice: REISSUE },
    "malformed-extension": {
        refusal: STRICT,
        advice: REISSUE,
    },
    "duplicate-extension": {
        refusal: STRICT,
        advice: REISSUE,
    },
    "version-mismatch": {
        refusal: "Java and Python 3.13 refuse it, and Go ignores its names",
        advice: "Have the authority reissue it with version 3.",
    },
    "not-der": { refusal: STRICT, advice: REISSUE },
    "trailing-data": {
        refusal: "Go and Java refuse the file, and some servers do not load it",
        advice: `Write the file again, for example with ${COMMANDS.rewriteCertificates}.`,
    },
};

/** RFC 5280, 4.1.2.5. */
export const malformedTime: Rule = facts => findingOf("malformed-time", facts);
/** RFC 5280, 4.2.1.10. */
export const malformedConstraints: Rule = facts => findingOf("malformed-constraints", facts);
/** RFC 5280, 4.1.1.2. */
export const algorithmMismatch: Rule = facts => findingOf("algorithm-mismatch", facts);
/** RFC 3279, 2.3, and RFC 5480, 2. */
export const malformedKey: Rule = facts => findingOf("malformed-key", facts);
/** RFC 5280, 4.2.1.6. */
export const malformedAlternativeName: Rule = facts => findingOf("malformed-alternative-name", facts);
/** RFC 5280, 4.1.2.4 and appendix A. */
export const malformedName: Rule = facts => findingOf("malformed-name", facts);
/** RFC 5280, 4.2. */
export const malformedExtension: Rule = facts => findingOf("malformed-extension", facts);
/** RFC 5280, 4.2: at most one instance of an extension. */
export const duplicateExtension: Rule = facts => findingOf("duplicate-extension", facts);
/** RFC 5280, 4.1.2.1. */
export const versionMismatch: Rule = facts => findingOf("version-mismatch", facts);
/** RFC 5280, 4.1: certificates are encoded in DER. */
export const notDer: Rule = facts => findingOf("not-der", facts);
export const trailingData: Rule = facts => findingOf("trailing-data", facts);
