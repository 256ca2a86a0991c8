/** A JSON object of unknown shape. */
export type JsonObject = Record<string, unknown>;

/** The body of an ARM error, without the `error` around it. */
export interface ArmErrorBody {
    code: string;
    message: string;
    target?: string;
    details?: ArmErrorBody[];
}

/** The state of a provider's work on a resource. */
export type ProvisioningState =
    "Pending" | "Creating" | "Updating" | "ResolvingDNS" | "Deleting" | "Succeeded" | "Failed";

/** A resource as it is stored: the request of the client, with secrets, and the data of the provider. */
export interface Resource {
    /** ARM id, in the case in which it was created. */
    id: string;
    name: string;
    /** With namespace, e.g. `Microsoft.Network/dnsZones`. */
    type: string;
    location?: string;
    tags?: Record<string, string>;
    etag?: string;
    /** Top-level members other than `properties`: `sku`, `kind`, `identity`, `zones` and so on. */
    envelope: JsonObject;
    properties: JsonObject;
    /** Data of the provider that responses do not contain as it is, such as keys and assigned addresses. */
    hidden: JsonObject;
    provisioningState: ProvisioningState;
    /** Why `provisioningState` is `Failed`. */
    failure?: ArmErrorBody;
    /** ISO 8601. */
    createdAt: string;
}

/** Whether the provider is still working on the resource. */
export function isTransitioning(resource: Resource): boolean {
    return resource.provisioningState !== "Succeeded" && resource.provisioningState !== "Failed";
}
