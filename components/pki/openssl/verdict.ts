import type { Certificate } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { type Refusal, refusalOf } from "./handshake";
import { withValidTimes } from "./valid-times";

/** The chain to ask OpenSSL about. Without a key there is no handshake. */
export type OpensslQuestion = Pick<
    Facts,
    "chain" | "key" | "hostnames" | "verifiedPath" | "trustIsJudged"
> & {
    /** The only roots that clients trust, when trust is judged. */
    trusted: readonly Certificate[];
};

/** Errors about times. The rules judge them, with a clock that is a parameter; OpenSSL uses the clock of the machine. */
const TIMES: readonly string[] = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];
export const isAboutTime = ({ code }: Refusal): boolean => TIMES.includes(code);
/** Where Node does not support partial chains (before 20.18), OpenSSL requires a root. */
const NO_ROOT: readonly string[] = [
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/**
 * Asks OpenSSL whether a client accepts the chain. When trust is not judged, the client trusts the end of the chain.
 *
 * OpenSSL reports only its last error, and checks times last. When it refuses a time, it is asked again about the same chain with valid
 * times.
 */
export async function askOpenssl(question: OpensslQuestion): Promise<Refusal | undefined> {
    const { chain, key, hostnames, verifiedPath, trustIsJudged } = question;
    if (!key) return undefined;
    const end = verifiedPath.at(-1);
    const trusted = trustIsJudged ? question.trusted : end ? [end] : [];
    const ask = async (certificates: readonly string[], roots: readonly string[]) => {
        const refusal = await refusalOf({ chain: certificates.join(""), key, trusted: roots, hostnames });
        return refusal && !trustIsJudged && NO_ROOT.includes(refusal.code) && !end?.selfSigned
            ? undefined
            : refusal;
    };
    // The leaf comes first, because a server cannot start otherwise; `chainDisordered` reports it.
    const served = [chain.leaf, ...chain.certificates.filter(one => one !== chain.leaf)];
    const pem = (certificates: readonly Certificate[]) => certificates.map(one => one.pem);
    const refusal = await ask(pem(served), pem(trusted));
    if (!refusal || !isAboutTime(refusal)) return refusal;
    const copies = withValidTimes([...served, ...trusted], key);
    const again = await ask(copies.slice(0, served.length), copies.slice(served.length));
    return again && isAboutTime(again) ? undefined : again;
}

/**
 * The finding for a refusal that no error explains.
 *
 * @param findings the findings of the rules, of which one about an encoding is the probable cause
 */
export function unexplainedRefusal({ code, words }: Refusal, findings: readonly Finding[]): Finding {
    const causes = findings.filter(one => ENCODING.test(one.code)).map(one => one.code);
    return {
        code: "refused-by-openssl",
        severity: "error",
        message: `OpenSSL, which curl, Python and Node use, refuses the certificate: ${words} (${code}).`,
        advice:
            causes.length > 0
                ? `The probable cause is ${causes.join(" or ")}, below: have the authority reissue the certificate without it.`
                : "Search for these words, or have the authority reissue the certificate. No rule of this program explains them, so please report it.",
    };
}

const ENCODING = /^(malformed-|not-der$|duplicate-extension$|version-mismatch$)/;
