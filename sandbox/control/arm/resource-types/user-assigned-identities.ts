import { z } from "zod";
import { TENANT } from "../../../subscriptions";
import { parseBody } from "../body";
import { ArmError } from "../errors";
import { principalOf } from "../managed-identities";
import type { ResourceType } from "../resource-type";

export const USER_ASSIGNED_IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities";

export const FEDERATED_CREDENTIALS = `${USER_ASSIGNED_IDENTITIES}/federatedIdentityCredentials`;

/** "Resource name rules", ManagedIdentity. */
const NAME = /^[a-z0-9][-_a-z0-9]{2,127}$/i;

/** Microsoft.ManagedIdentity/userAssignedIdentities (REST API). The ids of its principal are derived from its id. */
export const userAssignedIdentities: ResourceType = {
    type: USER_ASSIGNED_IDENTITIES,
    firstApiVersion: "2015-08-31-preview",
    location: "required",
    putStyle: "synchronous",
    deleteStyle: "synchronous",
    put: ({ name }) => {
        checkName(name);
        return { properties: {} };
    },
    view: ({ id }) => ({ tenantId: TENANT, ...principalOf(id) }),
};

export const federatedCredential = z.object({
    issuer: z.url(),
    subject: z.string().min(1),
    audiences: z.array(z.string()).length(1),
});

/** …/federatedIdentityCredentials (REST API): issuer and subject of the tokens that the login exchanges for one of the identity. */
export const federatedIdentityCredentials: ResourceType = {
    type: FEDERATED_CREDENTIALS,
    firstApiVersion: "2022-01-31-preview",
    location: "none",
    putStyle: "synchronous",
    deleteStyle: "synchronous",
    put: ({ name, body }) => {
        checkName(name);
        return { properties: parseBody(federatedCredential, body.properties ?? {}) };
    },
    view: ({ properties }) => properties,
};

function checkName(name: string): void {
    if (NAME.test(name)) return;
    throw new ArmError(
        400,
        "InvalidResourceName",
        `The name '${name}' is invalid. Use 3 to 128 letters, digits, '-' and '_', starting with a letter or digit.`,
    );
}
