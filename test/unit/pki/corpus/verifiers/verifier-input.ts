import type { Scenario } from "../case";
import { keyPem, now } from "../create-certificate";

/** A scenario as JSON, for verifiers that run as separate programs. */
export interface VerifierInput {
    chain: string;
    key: string;
    roots: string;
    hostname: string;
    /** Seconds since 1970. */
    at: number;
    /** The time is now, so the verifier may use the system clock. */
    present: boolean;
}

export function verifierInput({ chain, key, roots, hostname, at }: Scenario): VerifierInput {
    const [leaf] = chain;
    return {
        chain: chain.map(one => one.pem).join(""),
        key: key ?? (leaf && keyPem(leaf)) ?? "",
        roots: roots.map(one => one.pem).join(""),
        hostname,
        at: (at ?? now).getTime() / 1000,
        present: at === undefined,
    };
}
