import type { Facts } from "../facts";
import type { Finding } from "../finding";
import { chainIncomplete } from "./chain";

/** curl, Go and Python accept any trusted certificate as the end of the chain; the OpenSSL tools and Node require a root. */
export function trustWithoutRoot({ verifiedPath, trusted, trustIsJudged }: Facts): Finding | undefined {
    const anchor = verifiedPath.at(-1);
    if (!trustIsJudged || !trusted || !anchor || anchor.selfSigned) return undefined;
    return {
        code: "trust-without-root",
        severity: "warning",
        message: `Clients trust ${anchor.subject}, which is not a root; Node and others require the root above it.`,
        advice: `Give clients the root that issued it, ${anchor.issuer}.`,
    };
}

/** Checked only when the trusted roots are known. `chainIncomplete` reports a gap in the chain. */
export function untrusted(facts: Facts): Finding | undefined {
    const { chain, trusted, trustIsJudged } = facts;
    if (!trustIsJudged || trusted || chainIncomplete(facts)) return undefined;
    return {
        code: "untrusted",
        severity: "error",
        message: `No authority that clients trust issued the certificate for ${chain.leaf.subject}; the chain ends at ${chain.path.at(-1)?.issuer}.`,
        advice: "Get a certificate from a public authority, or give clients the private authority's root.",
    };
}
