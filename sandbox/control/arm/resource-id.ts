import { ArmError } from "./errors";

/** A parsed path under `/subscriptions`. Types and names keep the case of the path; ARM compares both without case. */
export interface ArmAddress {
    subscription: string;
    resourceGroup?: string;
    /** @example "Microsoft.Network" */
    namespace?: string;
    /** Types after the namespace, outermost first. @example ["dnsZones", "A"] */
    types: string[];
    /** Names that belong to {@link types}. One fewer if the path is that of a collection or an action. */
    names: string[];
    /** The part before the provider: a subscription, a group, or the resource that an extension resource extends. */
    scope: string;
}

/** @throws ArmError 404 if the path is not under `/subscriptions` */
export function parseArmAddress(path: string): ArmAddress {
    const segments = path.split("/").filter(Boolean).map(decodeURIComponent);
    const [start, subscription, groups, resourceGroup] = segments;
    if (start?.toLowerCase() !== "subscriptions" || subscription === undefined) throw notAnAddress(path);
    const inGroup = groups?.toLowerCase() === "resourcegroups" && resourceGroup !== undefined;
    const scopeEnd = inGroup ? 4 : 2;
    const provider = lastProvider(segments, scopeEnd);
    const root = inGroup ? resourceGroupId(subscription, resourceGroup) : `/subscriptions/${subscription}`;
    const address: ArmAddress = {
        subscription,
        ...(inGroup && { resourceGroup }),
        ...(provider !== undefined && { namespace: segments[provider + 1] }),
        types: [],
        names: [],
        scope: [root, ...segments.slice(scopeEnd, provider ?? scopeEnd)].join("/"),
    };
    const rest = segments.slice(provider === undefined ? scopeEnd : provider + 2);
    rest.forEach((segment, index) => (index % 2 === 0 ? address.types : address.names).push(segment));
    return address;
}

/**
 * Index of the last `providers` segment: the id of an extension resource has one for itself after that of the extended
 * resource. A resource may be named "providers" too, but names have odd positions.
 */
function lastProvider(segments: readonly string[], first: number): number | undefined {
    if (segments[first]?.toLowerCase() !== "providers") return undefined;
    const last = segments.findLastIndex(
        (segment, index) => segment.toLowerCase() === "providers" && (index - first) % 2 === 0,
    );
    return Math.max(last, first);
}

/** The full type in lower case, e.g. `microsoft.network/dnszones/a`. */
export function fullType(address: ArmAddress): string {
    return [address.namespace ?? "", ...address.types].join("/").toLowerCase();
}

/** ARM ids are compared without regard to case. */
export function sameId(a: string, b: string): boolean {
    return a.toLowerCase() === b.toLowerCase();
}

export function resourceGroupId(subscription: string, name: string): string {
    return `/subscriptions/${subscription}/resourceGroups/${name}`;
}

/** @param type with namespace, e.g. `Microsoft.Network/dnsZones/A` @param names one for each part of the type */
export function resourceId(
    subscription: string,
    resourceGroup: string,
    type: string,
    names: readonly string[],
): string {
    return idBelow(resourceGroupId(subscription, resourceGroup), type, names);
}

/** The id of a resource in a scope. @param scope id of a subscription, a group, or the resource that is extended */
export function idBelow(scope: string, type: string, names: readonly string[]): string {
    const [namespace, ...types] = type.split("/");
    const path = types.map((part, index) => `${part}/${names[index] ?? ""}`).join("/");
    return `${scope}/providers/${namespace}/${path}`;
}

/** Whether an id is `scope` or a descendant of it. */
export function isWithin(id: string, scope: string): boolean {
    return `${id}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());
}

/** The resource group in an id. @throws if it has none */
export function resourceGroupOf(id: string): string {
    const { resourceGroup } = parseArmAddress(id);
    if (resourceGroup === undefined) throw new Error(`${id} is not inside a resource group.`);
    return resourceGroup;
}

function notAnAddress(path: string): ArmError {
    return new ArmError(404, "NotFound", `'${path}' is not a resource path.`);
}
