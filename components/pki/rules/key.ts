import { ownsKey } from "../certificate";
import type { Facts } from "../facts";
import type { Finding } from "../finding";

/** HAProxy does not start when key and certificate do not match. */
export function keyMismatch({ chain, key }: Facts): Finding | undefined {
    if (!key || ownsKey(chain.leaf, key)) return undefined;
    const owner = chain.certificates.find(one => ownsKey(one, key));
    return {
        code: "key-mismatch",
        severity: "error",
        message: owner
            ? `The private key belongs to ${owner.subject}, not to the certificate for ${chain.leaf.subject}.`
            : `The private key does not belong to the certificate for ${chain.leaf.subject}.`,
        advice: "Use the key with which the certificate was requested. A renewal usually changes both.",
    };
}
