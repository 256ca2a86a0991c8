import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";

/** What the API server says in the token of a service account. */
const claims = z.object({
    sub: z.string(),
    aud: z.union([z.string().transform(one => [one]), z.array(z.string())]),
    exp: z.number(),
});

export type ServiceAccountClaims = z.output<typeof claims>;

/**
 * What a token of a service account says, if the cluster has signed it (ES256, RFC 7518) and it has not expired.
 * @param publicKey of the API server's, PEM
 */
export function serviceAccountClaims(
    token: string,
    publicKey: string,
    now: Date,
): ServiceAccountClaims | undefined {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const signed = verify(
        "sha256",
        Buffer.from(`${header}.${payload}`),
        { key: createPublicKey(publicKey), dsaEncoding: "ieee-p1363" },
        Buffer.from(signature, "base64url"),
    );
    if (!signed) return undefined;
    const said = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    return said.exp * 1000 > now.getTime() ? said : undefined;
}
