import { z } from "zod";
import type { ControlContext } from "../../context";
import type { JsonObject, Resource } from "../../state/resource";
import { optional, parseBody, word } from "../body";
import { ArmError } from "../errors";
import { isManagedIdentity } from "../identity";
import { isWithin, parseArmAddress, sameId } from "../resource-id";
import type { PutRequest, ResourceType } from "../resource-type";
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

/** Microsoft.Authorization/roleAssignments, at any scope. They hold for managed identities; the sandbox's own user may do everything. */
export function roleAssignments({ store }: ControlContext): ResourceType {
    function put({ id, name, subscription, scope, body, existing }: PutRequest) {
        const asked = parseBody(assignment, body.properties ?? {});
        checkIds(name, asked);
        const managed = isManagedIdentity(asked.principalId, store.all());
        const { principalType = managed ? "ServicePrincipal" : "User" } = asked;
        if (managed && principalType !== "ServicePrincipal")
            throw wrongType(asked.principalId, principalType);
        const role = asked.roleDefinitionId.split("/").at(-1) ?? "";
        const properties = {
            ...asked,
            principalType,
            roleDefinitionId: `/subscriptions/${subscription}/providers/${ROLE_DEFINITIONS}/${role}`,
        };
        if (existing && !sameGrant(existing.properties, properties)) throw notUpdatable();
        const other = store
            .ofType(ROLE_ASSIGNMENTS)
            .find(
                one =>
                    !sameId(one.id, id) &&
                    sameId(parseArmAddress(one.id).scope, scope) &&
                    sameGrant(one.properties, properties),
            );
        if (other) throw alreadyThere(other);
        return { properties };
    }

    return {
        type: ROLE_ASSIGNMENTS,
        firstApiVersion: "2014-07-01-preview",
        location: "none",
        putStyle: "synchronous",
        deleteStyle: "synchronous",
        extension: true,
        put,

        /** `atScope()`: there and above. `principalId eq` or `assignedTo()`: of one principal. */
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

/** Whether two give the same role to the same principal. */
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

function alreadyThere({ name }: Resource): ArmError {
    return new ArmError(
        409,
        "RoleAssignmentExists",
        `The role assignment already exists. The ID of the existing role assignment is ${name.replaceAll("-", "")}.`,
    );
}

/** The principal of a managed identity is a service principal, and Azure checks what it was told. */
function wrongType(principalId: string, principalType: string): ArmError {
    return new ArmError(
        400,
        "UnmatchedPrincipalType",
        `The PrincipalId '${principalId.replaceAll("-", "")}' has type 'ServicePrincipal', which is different from specified PrincipalType '${principalType}'.`,
    );
}
