import { createHash } from "node:crypto";
import { z } from "zod";
import { TENANT } from "../context";
import type { JsonObject } from "../state/resource";
import { optional, parseBody } from "./body";

const identity = z.looseObject({
    type: optional(z.string()),
    userAssignedIdentities: optional(z.record(z.string(), z.unknown())),
});

/** The `identity` member as a provider answers it, with the ids of the principals. @param id of the resource */
export function identityOf(id: string, requested: unknown): JsonObject | undefined {
    const { type = "None", userAssignedIdentities } = parseBody(identity, requested ?? {});
    if (type.toLowerCase() === "none") return undefined;
    return {
        type,
        ...(/systemassigned/i.test(type) && { principalId: uuidOf(id), tenantId: TENANT }),
        ...(userAssignedIdentities && {
            userAssignedIdentities: Object.fromEntries(
                Object.keys(userAssignedIdentities).map(one => [
                    one,
                    { principalId: uuidOf(one), clientId: uuidOf(`client of ${one}`) },
                ]),
            ),
        }),
    };
}

/** Always the same for the same text. */
function uuidOf(text: string): string {
    const digest = createHash("sha256").update(text.toLowerCase()).digest("hex");
    return [8, 4, 4, 4, 12]
        .map((length, index, lengths) => {
            const start = lengths.slice(0, index).reduce((sum, one) => sum + one, 0);
            return digest.slice(start, start + length);
        })
        .join("-");
}
