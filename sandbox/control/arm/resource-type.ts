import type { JsonObject, Resource } from "../state/resource";

/**
 * How an answer tells that work goes on (ARM's RPC, "asynchronous operations"): in one header whose address gives a
 * status object, in one whose address gives 202 until the result is there, or not at all.
 */
export type OperationStyle = "synchronous" | "Azure-AsyncOperation" | "Location";

/** A PUT, after ARM's own checks and before those of the resource provider. */
export interface PutRequest {
    id: string;
    subscription: string;
    /** Empty for what hangs on a subscription. */
    resourceGroup: string;
    /** Id of the subscription, the group, or the resource that an extension resource hangs on. */
    scope: string;
    /** One for each part of the type, outermost first. */
    names: readonly string[];
    name: string;
    /** Normalised ("West Europe" is `westeurope`); empty for types without one. */
    location: string;
    body: JsonObject;
    existing?: Resource;
}

/** What a PUT makes of a resource. */
export interface Draft {
    properties: JsonObject;
    hidden?: JsonObject;
    envelope?: JsonObject;
}

/** What a POST on a resource (or a GET below it) answers; 202 means that the provider now works on the resource. */
export interface ActionResult {
    status: 200 | 202 | 204;
    body?: JsonObject;
}

/** Something below a resource that is not a resource: `POST …/listKeys`, `GET …/containers/web/logs`. */
export interface Action {
    method: "GET" | "POST";
    /** Path below the resource in lower case, in which an asterisk stands for any one segment. @example "listkeys" */
    path: string;
    run(resource: Resource, call: ActionCall): ActionResult | Promise<ActionResult>;
}

export interface ActionCall {
    /** What the `*` of the path stood for. */
    segments: readonly string[];
    query: Readonly<Record<string, string>>;
    body: JsonObject;
    /** Resources as a client sees them in a list. */
    listed: (resources: readonly Resource[]) => Promise<JsonObject>;
}

/** All that ARM has to know of one resource type. Refusals are thrown as ArmError. */
export interface ResourceType {
    /** With namespace, e.g. `Microsoft.Network/dnsZones/A`. */
    readonly type: string;
    /** Versions before this one are refused, as ARM does for versions that a provider never had. */
    readonly firstApiVersion: string;
    /** Whether a client says where the resource lives. `global` and `none` accept nothing else. */
    readonly location: "required" | "global" | "none";
    readonly putStyle: OperationStyle;
    readonly deleteStyle: OperationStyle;
    /** ETags are kept, shown, and checked against If-Match and If-None-Match. */
    readonly etags?: boolean;
    /** The provider answers `{code, message}` without the `error` around it. */
    readonly bareErrors?: boolean;
    /** Its resources hang on a subscription, a group or any resource, by a second `/providers/…` in their ids. */
    readonly extension?: boolean;
    readonly actions?: readonly Action[];

    put(request: PutRequest): Draft;
    /** Without it a PATCH changes tags. */
    patch?(existing: Resource, body: JsonObject): Partial<Resource>;
    /** `properties` as a client sees them. @param detailed false in lists */
    view(resource: Resource, detailed: boolean): JsonObject | Promise<JsonObject>;
    /** Resources that are there without having been created, by the scope at which they are asked for. */
    builtIn?(scope: string): Resource[];
    /** Whether a list at `scope` shows a resource, for extension resources and what their `$filter` says. */
    lists?(resource: Resource, scope: string, query: Readonly<Record<string, string>>): boolean;
    /** Refuses a deletion by throwing. */
    checkDelete?(resource: Resource): void;
    /** The work after a PUT has been answered. Done again after a restart if it had not ended. */
    provision?(resource: Resource): Promise<void>;
    /** The work of a deletion, before the resource disappears. */
    release?(resource: Resource): Promise<void>;
    /** Follows a PUT at once, e.g. to create what always exists in a new parent. */
    created?(resource: Resource): void;
}
