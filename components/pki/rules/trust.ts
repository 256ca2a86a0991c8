import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { chainIncomplete } from "./chain";

/** Only where it is known what clients trust. A gap in the chain is said as such. */
export function untrusted(facts: Facts): Finding | undefined {
    const { chain, trusted, trustIsJudged } = facts;
    if (!trustIsJudged || trusted || chainIncomplete(facts)) return undefined;
    return {
        code: "untrusted",
        severity: "error",
        message: `Nothing that clients trust issued the certificate for ${chain.leaf.subject}; the chain ends at ${chain.path.at(-1)?.issuer}.`,
        advice: "Get a certificate from a public authority, or give clients the private authority's root.",
    };
}
