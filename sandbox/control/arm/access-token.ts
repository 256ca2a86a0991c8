import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Principal, TokenIssuer } from "./tokens";
import { writeAtomically } from "../state/atomic-file";
import { ArmError } from "./errors";

/** The bearer token of the sandbox's user for the ARM server. Created at the first call. */
export function accessToken(stateFolder: string): string {
    const file = path.join(stateFolder, "arm-token");
    if (!existsSync(file)) writeAtomically(file, randomBytes(32).toString("base64url"));
    return readFileSync(file, "utf8").trim();
}

/**
 * Authenticates a request by its Authorization header. @returns the managed identity, or undefined for the sandbox's user
 * @throws ArmError 401 if the header has no valid token
 */
export function authenticate(
    header: string | undefined,
    token: string,
    tokens: TokenIssuer | undefined,
): Principal | undefined {
    const presented = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
    if (presented === undefined) {
        throw new ArmError(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        );
    }
    // Digests have the same length, so the comparison takes the same time for every token.
    if (timingSafeEqual(digest(presented), digest(token))) return undefined;
    const principal = tokens?.principalOf(presented);
    if (principal) return principal;
    throw new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.");
}

function digest(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}
