import { ArmError } from "../arm/errors";
import { type ArmAddress, isWithin } from "../arm/resource-id";
import { BUILT_IN_ROLES } from "../arm/resource-types/role-definitions";
import { ROLE_ASSIGNMENTS } from "../arm/resource-types/role-assignments";
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
 * Whether a principal may do something, by its roles at the scope or above it (Azure RBAC).
 * @param action @example "Microsoft.Network/dnsZones/TXT/write"
 */
export function mayDo(store: Store, { principalId }: Principal, action: string, scope: string): boolean {
    return store.ofType(ROLE_ASSIGNMENTS).some(({ id, properties }) => {
        const { principalId: holder, roleDefinitionId } = properties;
        if (holder !== principalId || !isWithin(scope, assignmentScope(id))) return false;
        const role = BUILT_IN_ROLES[String(roleDefinitionId).split("/").at(-1)?.toLowerCase() ?? ""];
        if (role === undefined) return false;
        const { actions, notActions = [] } = role;
        return actions.some(one => covers(one, action)) && !notActions.some(one => covers(one, action));
    });
}

/** Refuses a call that its principal has no role for. @throws ArmError AuthorizationFailed */
export function checkPermission(
    store: Store,
    principal: Principal,
    call: { method: string; path: string },
    address: ArmAddress,
): void {
    const action = actionOf(call.method, address);
    const scope = call.path.replace(/\/+$/, "");
    if (mayDo(store, principal, action, scope)) return;
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

/** Roles name actions with asterisks, which stand for anything. Case does not matter. */
function covers(pattern: string, action: string): boolean {
    const parts = pattern.split("*").map(part => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

function assignmentScope(id: string): string {
    const at = id.toLowerCase().lastIndexOf(`/providers/${ROLE_ASSIGNMENTS.toLowerCase()}/`);
    return id.slice(0, at);
}

/** The resources of a list that a principal may read. */
export function readable<One extends { id: string; type: string }>(
    store: Store,
    principal: Principal | undefined,
    resources: readonly One[],
): One[] {
    if (principal === undefined) return [...resources];
    return resources.filter(({ id, type }) => mayDo(store, principal, `${type}/read`, id));
}
