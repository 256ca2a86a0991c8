import { createHash } from "node:crypto";
import { z } from "zod";
import { TENANT } from "../../subscriptions";
import type { JsonObject, Resource } from "../state/resource";
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
                Object.keys(userAssignedIdentities).map(one => [one, principalOf(one)]),
            ),
        }),
    };
}

/** The principal of a user-assigned identity. @param id of the identity */
export function principalOf(id: string): { principalId: string; clientId: string } {
    return { principalId: uuidOf(id), clientId: uuidOf(`client of ${id}`) };
}

/** Whether a principal belongs to one of these resources, or is one of these identities. */
export function isManagedIdentity(principalId: string, resources: readonly Resource[]): boolean {
    return resources.some(({ id, envelope }) => {
        const own = envelope.identity as { principalId?: string } | undefined;
        return own?.principalId === principalId || uuidOf(id) === principalId;
    });
}

/** Always the same for the same text. */
export function uuidOf(text: string): string {
    const digest = createHash("sha256").update(text.toLowerCase()).digest("hex");
    return [8, 4, 4, 4, 12]
        .map((length, index, lengths) => {
            const start = lengths.slice(0, index).reduce((sum, one) => sum + one, 0);
            return digest.slice(start, start + length);
        })
        .join("-");
}
