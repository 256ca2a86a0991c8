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
     * the file.
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
        verifiedPath: trustedPath ?? chain.path,
        trusted: trustedPath !== undefined,
        publiclyTrusted: pathToTrustAnchor(chain.path, publicRoots) !== undefined,
    };
}
