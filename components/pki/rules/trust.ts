import type { Certificate } from "../certificate";
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

/** Checked only when the trusted roots are known. `chainIncomplete` reports a chain of the leaf alone. */
export function untrusted(facts: Facts): Finding | undefined {
    const { chain, trusted, trustIsJudged } = facts;
    const end = chain.path.at(-1);
    if (!trustIsJudged || trusted || !end || chainIncomplete(facts)) return undefined;
    const message = `No authority that clients trust issued the certificate for ${chain.leaf.subject}; the chain ends at ${end.issuer}.`;
    if (end.selfSigned) {
        const advice = `Get a certificate from a public authority, or give clients the root ${end.subject}.`;
        return { code: "untrusted", severity: "error", message, advice };
    }
    return {
        code: "untrusted",
        severity: "error",
        message: `${message} The certificate of this issuer is neither in the file nor among the roots.`,
        advice: `If ${end.issuer} is an intermediate, append its certificate after ${end.subject}${placeOf(end)}. If it is a root, give it to clients.`,
    };
}

/** Where the certificate of the issuer can be downloaded, as the certificate says. */
function placeOf({ issuerUrl }: Certificate): string {
    return issuerUrl === undefined ? "" : ` (${issuerUrl})`;
}

/** The end of a chain whose trust is not judged, and what clients need to accept it. */
export function trustNotChecked(facts: Facts): Finding | undefined {
    const { chain, publiclyTrusted, trustIsJudged, verifiedPath } = facts;
    const end = verifiedPath.at(-1);
    if (trustIsJudged || !end || chain.leaf.selfSigned || chainIncomplete(facts)) return undefined;
    const [message, advice] = publiclyTrusted
        ? [
              `The chain ends at the public root ${end.subject}.`,
              "Check that all clients have this root; clients with current roots do.",
          ]
        : end.selfSigned
          ? [
                `Trust was not checked. The chain ends at the private root ${end.subject}.`,
                "Give clients this root, and name it as a trusted root (--roots, tls.trustedRoots) to check the chain as they do.",
            ]
          : [
                `Trust was not checked. The chain ends at ${end.subject}, which ${end.issuer} issued.`,
                `Clients must have the root ${end.issuer}; name it as a trusted root (--roots, tls.trustedRoots) to check the chain as they do. If ${end.issuer} is an intermediate, append its certificate${placeOf(end)}.`,
            ];
    return { code: "trust-not-checked", severity: "info", message, advice };
}
