import { createHash } from "node:crypto";
import { z } from "zod";
import { TENANT } from "../../subscriptions";
import type { JsonObject, Resource } from "../state/resource";
import { optional, parseBody } from "./body";

const identity = z.looseObject({
    type: optional(z.string()),
    userAssignedIdentities: optional(z.record(z.string(), z.unknown())),
});

/** The `identity` member of a response, with the ids of the principals. @param id of the resource */
export function identityOf(id: string, requested: unknown): JsonObject | undefined {
    const { type = "None", userAssignedIdentities } = parseBody(identity, requested ?? {});
    if (type.toLowerCase() === "none") return undefined;
    return {
        type,
        ...(/systemassigned/i.test(type) && { principalId: uuidOf(id), tenantId: TENANT }),
        ...(userAssignedIdentities && {
            userAssignedIdentities: Object.fromEntries(
                Object.keys(userAssignedIdentities).map(identityId => [identityId, principalOf(identityId)]),
            ),
        }),
    };
}

/** The ids of the user-assigned identities in the `identity` member of a request. */
export function userAssignedIds(requested: unknown): string[] {
    const { userAssignedIdentities = {} } = parseBody(identity, requested ?? {});
    return Object.keys(userAssignedIdentities);
}

/** The principal of a user-assigned identity. @param id of the identity */
export function principalOf(id: string): { principalId: string; clientId: string } {
    return { principalId: uuidOf(id), clientId: uuidOf(`client of ${id}`) };
}

/** Whether a principal is the system-assigned identity of one of these resources, or one of these user-assigned ones. */
export function isManagedIdentity(principalId: string, resources: readonly Resource[]): boolean {
    return resources.some(({ id, envelope }) => {
        const systemAssigned = envelope.identity as { principalId?: string } | undefined;
        return systemAssigned?.principalId === principalId || uuidOf(id) === principalId;
    });
}

/** A UUID that depends only on the text, without regard to case. */
export function uuidOf(text: string): string {
    const digest = createHash("sha256").update(text.toLowerCase()).digest("hex");
    return [8, 4, 4, 4, 12]
        .map((length, index, lengths) => {
            const start = lengths.slice(0, index).reduce((sum, previous) => sum + previous, 0);
            return digest.slice(start, start + length);
        })
        .join("-");
}
