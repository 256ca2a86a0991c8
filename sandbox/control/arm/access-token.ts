import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { writeAtomically } from "../state/atomic-file";
import { ArmError } from "./errors";

/** The bearer token that clients of the ARM server show; made at the first call. */
export function accessToken(stateFolder: string): string {
    const file = path.join(stateFolder, "arm-token");
    if (!existsSync(file)) writeAtomically(file, randomBytes(32).toString("base64url"));
    return readFileSync(file, "utf8").trim();
}

/** @throws ArmError when the Authorization header does not carry the token */
export function checkAuthorization(header: string | undefined, token: string): void {
    const shown = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
    if (shown === undefined) {
        throw new ArmError(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        );
    }
    // Digests have one length, so that the comparison takes the same time whatever was shown.
    if (!timingSafeEqual(digest(shown), digest(token))) {
        throw new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.");
    }
}

function digest(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}
