import type { JsonObject, Resource } from "../state/resource";

/**
 * How a response announces an asynchronous operation (Resource Provider Contract, "Asynchronous Operations"):
 * `Azure-AsyncOperation` is a header with the URL of a status object; `Location` is a header with a URL that answers 202
 * until the result exists; `synchronous` has neither.
 */
export type OperationStyle = "synchronous" | "Azure-AsyncOperation" | "Location";

/** A PUT request that has passed the checks of ARM. The resource type checks the rest. */
export interface PutRequest {
    id: string;
    subscription: string;
    /** Empty for resources of a subscription. */
    resourceGroup: string;
    /** Id of the subscription, the group, or the resource that an extension resource extends. */
    scope: string;
    /** One for each part of the type, outermost first. */
    names: readonly string[];
    name: string;
    /** Normalised ("West Europe" is `westeurope`). Empty for types without a location. */
    location: string;
    body: JsonObject;
    existing?: Resource;
}

/** The parts of a resource that a resource type derives from a PUT request. */
export interface Draft {
    properties: JsonObject;
    hidden?: JsonObject;
    envelope?: JsonObject;
}

/** The response of an action. 202 starts `provision` of the resource. */
export interface ActionResult {
    status: 200 | 202 | 204;
    body?: JsonObject;
}

/** A path below a resource that is not a resource: `POST …/listKeys`, `GET …/containers/web/logs`. */
export interface Action {
    method: "GET" | "POST";
    /** Path relative to the resource, in lower case. `*` matches one segment. @example "listkeys" */
    path: string;
    run(resource: Resource, call: ActionCall): ActionResult | Promise<ActionResult>;
}

interface ActionCall {
    /** The segments that `*` matched. */
    segments: readonly string[];
    query: Readonly<Record<string, string>>;
    body: JsonObject;
    /** Renders resources as the body of a list response. */
    listed: (resources: readonly Resource[]) => Promise<JsonObject>;
}

/** The behaviour of one resource type. Methods refuse a request by throwing an ArmError. */
export interface ResourceType {
    /** With namespace, e.g. `Microsoft.Network/dnsZones/A`. */
    readonly type: string;
    /** Earlier versions are refused, as on Azure, where the provider never published them. */
    readonly firstApiVersion: string;
    /** `required`: the client sets a region. `global`: the location is "global". `none`: the type has no location. */
    readonly location: "required" | "global" | "none";
    readonly putStyle: OperationStyle;
    readonly deleteStyle: OperationStyle;
    /** Whether resources have an ETag, which If-Match and If-None-Match are compared with. */
    readonly etags?: boolean;
    /** Whether errors of the provider are `{code, message}`, without `error` around them. */
    readonly bareErrors?: boolean;
    /** Whether it is an extension resource: its id is that of a scope with a second `/providers/…` after it. */
    readonly extension?: boolean;
    readonly actions?: readonly Action[];

    put(request: PutRequest): Draft;
    /** @default replaces the tags */
    patch?(existing: Resource, body: JsonObject): Partial<Resource>;
    /** `properties` of a response. @param detailed false in lists */
    view(resource: Resource, detailed: boolean): JsonObject | Promise<JsonObject>;
    /** Resources that exist at a scope without having been created. */
    builtIn?(scope: string): Resource[];
    /** Whether a list at `scope` contains a resource. For extension resources and `$filter`. */
    lists?(resource: Resource, scope: string, query: Readonly<Record<string, string>>): boolean;
    /** Throws if the resource must not be deleted. */
    checkDelete?(resource: Resource): void;
    /** The work after the response to a PUT. Runs again after a restart of the control process if it has not ended. */
    provision?(resource: Resource): Promise<void>;
    /** The work of a deletion. The resource is removed after it. */
    release?(resource: Resource): Promise<void>;
    /** Runs right after a PUT has stored the resource, e.g. to create children that always exist. */
    created?(resource: Resource): void;
}
