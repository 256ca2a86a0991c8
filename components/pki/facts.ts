import type { KeyObject } from "node:crypto";
import type { Certificate } from "./certificate";
import type { CertificateChain } from "./chain";
import type { Finding } from "./finding";
import { type TrustStore, trustStore, wayToAnchor } from "./roots";

/** What is known about a certificate and those who will meet it. */
export interface Circumstances {
    chain: CertificateChain;
    /** Absent when only what a server presents is known, or when the key could not be read. */
    key?: KeyObject;
    /** Names and IP addresses that clients use. */
    hostnames: readonly string[];
    /** What clients trust. */
    roots: TrustStore;
    /** A chain that ends at none of `roots` is an error. */
    trustIsJudged: boolean;
    /** A leaf that signed itself is a warning, not an error. */
    selfSignedAllowed: boolean;
    now: Date;
    /** What everybody trusts; default: the public roots that come with Node. */
    publicRoots?: TrustStore;
}

/** Everything that a rule may look at. */
export interface Facts extends Circumstances {
    /**
     * What clients verify: the leaf and its issuers, up to their own copy of a root. Where they have none, all that
     * the file has.
     */
    links: Certificate[];
    /** `links` end at one of `roots`. */
    trusted: boolean;
    /** Everybody trusts it: the rules for public authorities hold. */
    publiclyTrusted: boolean;
}

/** One thing that can be wrong. */
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
