import type { KeyObject } from "node:crypto";
import type { CertificateChain } from "./chain";
import type { Finding } from "./finding";
import type { TrustStore } from "./roots";

/** Everything that a rule may look at. */
export interface Facts {
    chain: CertificateChain;
    /** Absent when only what a server presents is known, or when the key could not be read. */
    key?: KeyObject;
    /** Names and IP addresses that clients use. */
    hostnames: readonly string[];
    /** What clients trust. */
    roots: TrustStore;
    now: Date;
}

/** One thing that can be wrong. */
export type Rule = (facts: Facts) => Finding | undefined;
