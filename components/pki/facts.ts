import type { KeyObject } from "node:crypto";
import type { Certificate } from "./certificate";
import type { CertificateChain } from "./chain";
import type { Finding } from "./finding";
import { type TrustStore, trustStore, wayToAnchor } from "./roots";

/** A certificate and its clients. */
export interface Circumstances {
    chain: CertificateChain;
    /** Absent when only what a server presents is known, or when the key could not be read. */
    key?: KeyObject;
    /** Names and IP addresses that clients use. */
    hostnames: readonly string[];
    /** The root certificates that clients trust. */
    roots: TrustStore;
    /** A chain that ends at none of `roots` is an error. */
    trustIsJudged: boolean;
    /** A self-signed leaf is a warning, not an error. */
    selfSignedAllowed: boolean;
    now: Date;
    /** Default: the public roots that come with Node. */
    publicRoots?: TrustStore;
}

/** The input of every rule. */
export interface Facts extends Circumstances {
    /**
     * The certificates that clients verify: the leaf and its issuers up to a trusted root. Without a trusted root, the whole path in
     * the file.
     */
    links: Certificate[];
    /** `links` end at one of `roots`. */
    trusted: boolean;
    /** The chain ends at a public root, so the rules for public authorities apply. */
    publiclyTrusted: boolean;
}

/** Returns a finding when the certificate violates the rule. */
export type Rule = (facts: Facts) => Finding | undefined;

export function gatherFacts(circumstances: Circumstances): Facts {
    const { chain, roots, publicRoots = trustStore() } = circumstances;
    const way = wayToAnchor(chain.path, roots);
    return {
        ...circumstances,
        links: way ?? chain.path,
        trusted: way !== undefined,
        publiclyTrusted: wayToAnchor(chain.path, publicRoots) !== undefined,
    };
}
