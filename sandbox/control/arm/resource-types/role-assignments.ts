import { z } from "zod";
import type { JsonObject, Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { optional, parseBody, word } from "../body";
import { ArmError } from "../errors";
import { isManagedIdentity } from "../managed-identities";
import { isWithin, parseArmAddress, sameId } from "../resource-id";
import type { Draft, PutRequest, ResourceType } from "../resource-type";
import type { ControlContext } from "./context";
import { ROLE_DEFINITIONS } from "./role-definitions";

export const ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const assignment = z.looseObject({
    roleDefinitionId: z.string(),
    principalId: z.string(),
    principalType: optional(word("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")),
    description: optional(z.string()),
    condition: optional(z.string()),
    conditionVersion: optional(z.string()),
});

type Assignment = z.output<typeof assignment>;

/**
 * Microsoft.Authorization/roleAssignments (REST API), at any scope. Assignments to managed identities take effect; the
 * sandbox's user may do everything anyway.
 */
export function roleAssignments({ store }: ControlContext): ResourceType {
    return {
        type: ROLE_ASSIGNMENTS,
        firstApiVersion: "2014-07-01-preview",
        location: "none",
        putStyle: "synchronous",
        deleteStyle: "synchronous",
        extension: true,
        put: request => draftOf(request, store),

        /** `$filter`: `atScope()` for this scope and above, `principalId eq` or `assignedTo()` for one principal. */
        lists({ id, properties }, scope, { $filter = "" }) {
            const principal = /(?:principalId eq|assignedTo\()\s*'?([-0-9a-f]{36})'?/i.exec($filter)?.[1];
            if (principal !== undefined && principal !== properties.principalId) return false;
            return !/atScope\(\)/i.test($filter) || isWithin(scope, parseArmAddress(id).scope);
        },

        view: ({ id, properties, createdAt }) => ({
            ...properties,
            scope: parseArmAddress(id).scope,
            createdOn: createdAt,
            updatedOn: createdAt,
        }),
    };
}

function draftOf({ id, name, subscription, scope, body, existing }: PutRequest, store: Store): Draft {
    const requested = parseBody(assignment, body.properties ?? {});
    checkIds(name, requested);
    const managed = isManagedIdentity(requested.principalId, store.all());
    const { principalType = managed ? "ServicePrincipal" : "User" } = requested;
    if (managed && principalType !== "ServicePrincipal")
        throw wrongType(requested.principalId, principalType);
    const role = requested.roleDefinitionId.split("/").at(-1) ?? "";
    const properties = {
        ...requested,
        principalType,
        roleDefinitionId: `/subscriptions/${subscription}/providers/${ROLE_DEFINITIONS}/${role}`,
    };
    if (existing && !sameGrant(existing.properties, properties)) throw notUpdatable();
    const duplicate = store
        .ofType(ROLE_ASSIGNMENTS)
        .find(
            other =>
                !sameId(other.id, id) &&
                sameId(parseArmAddress(other.id).scope, scope) &&
                sameGrant(other.properties, properties),
        );
    if (duplicate) throw alreadyExists(duplicate);
    return { properties };
}

function checkIds(name: string, { principalId, roleDefinitionId }: Assignment): void {
    if (!UUID.test(name)) {
        throw new ArmError(
            400,
            "InvalidRoleAssignmentId",
            `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
        );
    }
    if (!UUID.test(principalId)) {
        throw new ArmError(
            400,
            "InvalidPrincipalId",
            `The Principal ID '${principalId}' is not valid. Principal ID must be a GUID.`,
        );
    }
    const [, role = ""] =
        /\/providers\/Microsoft\.Authorization\/roleDefinitions\/([^/]+)$/i.exec(roleDefinitionId) ?? [];
    if (!UUID.test(role)) {
        throw new ArmError(
            400,
            "RoleDefinitionDoesNotExist",
            `The specified role definition with ID '${roleDefinitionId}' does not exist.`,
        );
    }
}

/** Whether two assignments give the same role to the same principal. */
function sameGrant(a: JsonObject, b: JsonObject): boolean {
    return (["roleDefinitionId", "principalId"] as const).every(name =>
        sameId(String(a[name]), String(b[name])),
    );
}

function notUpdatable(): ArmError {
    return new ArmError(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    );
}

function alreadyExists({ name }: Resource): ArmError {
    return new ArmError(
        409,
        "RoleAssignmentExists",
        `The role assignment already exists. The ID of the existing role assignment is ${name.replaceAll("-", "")}.`,
    );
}

/** The principal of a managed identity is a service principal. Azure checks the requested type. */
function wrongType(principalId: string, principalType: string): ArmError {
    return new ArmError(
        400,
        "UnmatchedPrincipalType",
        `The PrincipalId '${principalId.replaceAll("-", "")}' has type 'ServicePrincipal', which is different from specified PrincipalType '${principalType}'.`,
    );
}
