import type { KeyObject } from "node:crypto";
import type { Certificate } from "./certificate";
import type { CertificateChain } from "./chain";
import type { Finding } from "./finding";
import { type TrustStore, trustStore, pathToTrustAnchor } from "./roots";

/** A certificate chain, its key, and the clients for which it is judged. */
export interface ChainToJudge {
    chain: CertificateChain;
    /** Absent when the chain was presented by a server, or when the key could not be read. */
    key?: KeyObject;
    /** Names and IP addresses that clients use. */
    hostnames: readonly string[];
    /** The root certificates that clients trust. */
    roots: TrustStore;
    /** A chain that does not end at one of `roots` is an error. */
    trustIsJudged: boolean;
    /** A self-signed leaf is a warning, not an error. */
    selfSignedAllowed: boolean;
    now: Date;
    /** Default: the public roots that come with Node. */
    publicRoots?: TrustStore;
}

/** The input of every rule. */
export interface Facts extends ChainToJudge {
    /**
     * The certificates that clients verify: the leaf and its issuers up to a trusted root. Without a trusted root, the whole path in
     * the file. When trust is not judged, without expired cross-signed certificates of a root at its end.
     */
    verifiedPath: Certificate[];
    /** `verifiedPath` ends at one of `roots`. */
    trusted: boolean;
    /** The chain ends at a public root, so the rules for public authorities apply. */
    publiclyTrusted: boolean;
}

/** Returns a finding when the certificate violates the rule. */
export type Rule = (facts: Facts) => Finding | undefined;

export function gatherFacts(input: ChainToJudge): Facts {
    const { chain, roots, publicRoots = trustStore() } = input;
    const trustedPath = pathToTrustAnchor(chain.path, roots);
    return {
        ...input,
        verifiedPath:
            trustedPath ?? (input.trustIsJudged ? chain.path : withoutExpiredEnd(chain.path, input.now)),
        trusted: trustedPath !== undefined,
        publiclyTrusted: pathToTrustAnchor(chain.path, publicRoots) !== undefined,
    };
}

/** The leaf and one issuer. An expired issuer of the leaf is more likely an outdated intermediate than a root. */
const SHORTEST = 2;

/**
 * Removes expired certificates from the end of a path. A certificate of an authority that another authority signed, at the end of a
 * chain, is usually an older edition of a root: clients that have the root itself do not check its dates.
 */
function withoutExpiredEnd(path: Certificate[], now: Date): Certificate[] {
    const end = path.findLastIndex(one => one.selfSigned || one.notAfter >= now);
    return path.slice(0, Math.max(end + 1, Math.min(path.length, SHORTEST)));
}
