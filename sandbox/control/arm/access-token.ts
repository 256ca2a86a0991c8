import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Principal, TokenIssuer } from "../identity/tokens";
import { writeAtomically } from "../state/atomic-file";
import { ArmError } from "./errors";

/** The bearer token that clients of the ARM server show; made at the first call. */
export function accessToken(stateFolder: string): string {
    const file = path.join(stateFolder, "arm-token");
    if (!existsSync(file)) writeAtomically(file, randomBytes(32).toString("base64url"));
    return readFileSync(file, "utf8").trim();
}

/**
 * Whose token the Authorization header carries: undefined for the sandbox's own user.
 * @throws ArmError when it carries none that is valid
 */
export function authorizedAs(
    header: string | undefined,
    token: string,
    tokens: TokenIssuer | undefined,
): Principal | undefined {
    const shown = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
    if (shown === undefined) {
        throw new ArmError(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        );
    }
    // Digests have one length, so that the comparison takes the same time whatever was shown.
    if (timingSafeEqual(digest(shown), digest(token))) return undefined;
    const principal = tokens?.principalOf(shown);
    if (principal) return principal;
    throw new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.");
}

function digest(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}
