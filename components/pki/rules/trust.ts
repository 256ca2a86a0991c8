import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { chainIncomplete } from "./chain";

/** curl, Go and Python stop at whatever they trust; OpenSSL by itself and Node go on to a root. */
export function trustWithoutRoot({ links, trusted, trustIsJudged }: Facts): Finding | undefined {
    const anchor = links.at(-1);
    if (!trustIsJudged || !trusted || !anchor || anchor.selfSigned) return undefined;
    return {
        code: "trust-without-root",
        severity: "warning",
        message: `Clients trust ${anchor.subject}, which did not sign itself: Node and others want the root above it.`,
        advice: `Give clients the root that issued it, ${anchor.issuer}.`,
    };
}

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
