import { createHmac, timingSafeEqual } from "node:crypto";

/** A managed identity that calls ARM. The user of the sandbox is not a principal and may do everything. */
export interface Principal {
    principalId: string;
    clientId: string;
}

/** As on Azure for managed identities: 24 hours. */
export const TOKEN_LIFETIME_S = 86_400;

/** Issues and verifies access tokens for ARM: JSON Web Tokens (RFC 7519), signed with a secret of this sandbox. */
export class TokenIssuer {
    /** @param secret the signing key (HMAC-SHA256) */
    constructor(
        private readonly secret: string,
        private readonly tenant: string,
        private readonly clock: () => Date,
    ) {}

    issue({ principalId, clientId }: Principal, audience: string): string {
        const now = Math.floor(this.clock().getTime() / 1000);
        const claims = {
            aud: audience,
            iss: `https://sts.windows.net/${this.tenant}/`,
            iat: now,
            nbf: now,
            exp: now + TOKEN_LIFETIME_S,
            appid: clientId,
            idtyp: "app",
            oid: principalId,
            sub: principalId,
            tid: this.tenant,
            ver: "1.0",
        };
        const signed = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
        return `${signed}.${this.signature(signed)}`;
    }

    /** The principal of a token. Undefined if the signature is wrong or the token has expired. */
    principalOf(token: string): Principal | undefined {
        const [header = "", payload = "", signature = ""] = token.split(".");
        const expected = Buffer.from(this.signature(`${header}.${payload}`));
        const presented = Buffer.from(signature);
        if (expected.length !== presented.length || !timingSafeEqual(expected, presented)) return undefined;
        const { oid, appid, exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
            oid: string;
            appid: string;
            exp: number;
        };
        if (exp * 1000 <= this.clock().getTime()) return undefined;
        return { principalId: oid, clientId: appid };
    }

    private signature(text: string): string {
        return createHmac("sha256", this.secret).update(text).digest("base64url");
    }
}

function encoded(value: object): string {
    return Buffer.from(JSON.stringify(value)).toString("base64url");
}
