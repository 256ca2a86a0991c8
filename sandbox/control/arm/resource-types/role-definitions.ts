import type { Resource } from "../../state/resource";
import { ArmError } from "../errors";
import type { ResourceType } from "../resource-type";

export const ROLE_DEFINITIONS = "Microsoft.Authorization/roleDefinitions";

interface Role {
    roleName: string;
    actions: readonly string[];
    notActions?: readonly string[];
}

/** Built-in roles by their id, which is the same in every tenant ("Azure built-in roles"): general ones, and those that the components assign. */
export const BUILT_IN_ROLES: Readonly<Record<string, Role>> = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": { roleName: "Owner", actions: ["*"] },
    "b24988ac-6180-42a0-ab88-20f7382dd24c": {
        roleName: "Contributor",
        actions: ["*"],
        notActions: [
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
    },
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": { roleName: "Reader", actions: ["*/read"] },
    "4d97b98b-1d4f-4787-a291-c67834d212e7": {
        roleName: "Network Contributor",
        actions: ["Microsoft.Network/*"],
    },
    "befefa01-2a29-4197-83a8-272ff33ce314": {
        roleName: "DNS Zone Contributor",
        actions: ["Microsoft.Network/dnsZones/*", "Microsoft.Resources/subscriptions/resourceGroups/read"],
    },
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": {
        roleName: "AcrPull",
        actions: ["Microsoft.ContainerRegistry/registries/pull/read"],
    },
};

/** Microsoft.Authorization/roleDefinitions (REST API). Read-only: the sandbox has no custom roles. */
export const roleDefinitions: ResourceType = {
    type: ROLE_DEFINITIONS,
    firstApiVersion: "2015-07-01",
    location: "none",
    putStyle: "synchronous",
    deleteStyle: "synchronous",
    extension: true,

    put() {
        throw new ArmError(
            403,
            "AuthorizationFailed",
            "The sandbox does not support custom roles. Use a built-in role.",
        );
    },

    builtIn: scope =>
        Object.entries(BUILT_IN_ROLES).map(([name, { roleName, actions, notActions = [] }]): Resource => ({
            id: `${scope}/providers/${ROLE_DEFINITIONS}/${name}`,
            name,
            type: ROLE_DEFINITIONS,
            envelope: {},
            properties: {
                roleName,
                type: "BuiltInRole",
                assignableScopes: ["/"],
                permissions: [{ actions, notActions, dataActions: [], notDataActions: [] }],
            },
            hidden: {},
            provisioningState: "Succeeded",
            createdAt: "2015-02-02T21:55:09.880Z",
        })),

    lists({ properties }, _scope, { $filter = "" }) {
        const roleName = /roleName eq '([^']*)'/i.exec($filter)?.[1];
        return roleName === undefined || roleName === properties.roleName;
    },

    view: ({ properties }) => properties,
};
