import { ArmError } from "./errors";
import { type ArmAddress, isWithin } from "./resource-id";
import { BUILT_IN_ROLES } from "./resource-types/role-definitions";
import { ROLE_ASSIGNMENTS } from "./resource-types/role-assignments";
import type { Store } from "../state/store";
import type { Principal } from "./tokens";

const VERBS: Readonly<Record<string, string>> = {
    GET: "read",
    HEAD: "read",
    PUT: "write",
    PATCH: "write",
    DELETE: "delete",
};

/**
 * Whether a role assignment at the scope or above it allows an action ("What is Azure role-based access control").
 * @param action @example "Microsoft.Network/dnsZones/TXT/write"
 */
function isAllowed(store: Store, { principalId }: Principal, action: string, scope: string): boolean {
    return store.ofType(ROLE_ASSIGNMENTS).some(({ id, properties }) => {
        const { principalId: holder, roleDefinitionId } = properties;
        if (holder !== principalId || !isWithin(scope, assignmentScope(id))) return false;
        const role = BUILT_IN_ROLES[String(roleDefinitionId).split("/").at(-1)?.toLowerCase() ?? ""];
        if (role === undefined) return false;
        const { actions, notActions = [] } = role;
        return (
            actions.some(pattern => matches(pattern, action)) &&
            !notActions.some(pattern => matches(pattern, action))
        );
    });
}

/** @throws ArmError AuthorizationFailed if no role of the principal allows the call */
export function checkPermission(
    store: Store,
    principal: Principal,
    call: { method: string; path: string },
    address: ArmAddress,
): void {
    const action = actionOf(call.method, address);
    const scope = call.path.replace(/\/+$/, "");
    if (isAllowed(store, principal, action, scope)) return;
    throw new ArmError(
        403,
        "AuthorizationFailed",
        `The client '${principal.clientId}' with object id '${principal.principalId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
}

function actionOf(method: string, { namespace, types, resourceGroup }: ArmAddress): string {
    const container =
        resourceGroup === undefined
            ? "Microsoft.Resources/subscriptions"
            : "Microsoft.Resources/subscriptions/resourceGroups";
    const type = namespace === undefined ? container : [namespace, ...types].join("/");
    const verb = VERBS[method];
    return verb === undefined ? `${type}/action` : `${type}/${verb}`;
}

/** Matches an action with a pattern of a role, in which `*` matches any text. Ignores case. */
function matches(pattern: string, action: string): boolean {
    const parts = pattern.split("*").map(part => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

function assignmentScope(id: string): string {
    const end = id.toLowerCase().lastIndexOf(`/providers/${ROLE_ASSIGNMENTS.toLowerCase()}/`);
    return id.slice(0, end);
}

/** The resources that a principal may read. */
export function readableBy<One extends { id: string; type: string }>(
    store: Store,
    principal: Principal | undefined,
    resources: readonly One[],
): One[] {
    if (principal === undefined) return [...resources];
    return resources.filter(({ id, type }) => isAllowed(store, principal, `${type}/read`, id));
}
