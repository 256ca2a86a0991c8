import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";

/** The claims of a service account token that the login checks. */
const claims = z.object({
    sub: z.string(),
    aud: z.union([z.string().transform(audience => [audience]), z.array(z.string())]),
    exp: z.number(),
});

export type ServiceAccountClaims = z.output<typeof claims>;

/**
 * Verifies a token of a service account (ES256, RFC 7518). @returns its claims, or undefined if the signature is wrong or
 * the token has expired @param publicKey of the API server, PEM @throws if the text is not a token
 */
export function serviceAccountClaims(
    token: string,
    publicKey: string,
    now: Date,
): ServiceAccountClaims | undefined {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const valid = verify(
        "sha256",
        Buffer.from(`${header}.${payload}`),
        { key: createPublicKey(publicKey), dsaEncoding: "ieee-p1363" },
        Buffer.from(signature, "base64url"),
    );
    if (!valid) return undefined;
    const parsed = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    return parsed.exp * 1000 > now.getTime() ? parsed : undefined;
}
