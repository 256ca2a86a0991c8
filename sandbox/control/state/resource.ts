import type { ArmErrorBody } from "../arm/errors";

/** A JSON object whose shape is somebody else's business. */
export type JsonObject = Record<string, unknown>;

/** What a resource provider says of its work on a resource. */
export type ProvisioningState =
    "Pending" | "Creating" | "Updating" | "ResolvingDNS" | "Deleting" | "Succeeded" | "Failed";

/** A resource as it is kept on disk: what the client sent, secrets included, and what the provider made of it. */
export interface Resource {
    /** In the case in which it was created. */
    id: string;
    name: string;
    /** With namespace, e.g. `Microsoft.Network/dnsZones`. */
    type: string;
    location?: string;
    tags?: Record<string, string>;
    etag?: string;
    /** Members beside `properties`, such as `sku`, `kind`, `identity` and `zones`. */
    envelope: JsonObject;
    properties: JsonObject;
    /** What the provider knows and never shows as it is, such as keys and addresses given. */
    hidden: JsonObject;
    provisioningState: ProvisioningState;
    /** Why `provisioningState` is `Failed`. */
    failure?: ArmErrorBody;
    /** ISO 8601. */
    createdAt: string;
}

/** Whether the provider still works on the resource. */
export function isTransitioning(resource: Resource): boolean {
    return resource.provisioningState !== "Succeeded" && resource.provisioningState !== "Failed";
}
