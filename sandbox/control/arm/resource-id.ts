import { ArmError } from "./errors";

/**
 * An address below `/subscriptions` as ARM reads it. Names keep the case in which they were written; types do not
 * matter in their case, so {@link ArmAddress.type} is in lower case.
 */
export interface ArmAddress {
    subscription: string;
    resourceGroup?: string;
    /** @example "Microsoft.Network" */
    namespace?: string;
    /** Types below the namespace, outermost first. @example ["dnsZones", "A"] */
    types: string[];
    /** Names that belong to {@link types}; one fewer when the address is that of a collection or an action. */
    names: string[];
}

/** @throws ArmError InvalidResourceId style refusal when the path is not an ARM address */
export function parseArmAddress(path: string): ArmAddress {
    const segments = path.split("/").filter(Boolean).map(decodeURIComponent);
    const address: ArmAddress = { subscription: "", types: [], names: [] };
    const rest = [...segments];
    if (rest.shift()?.toLowerCase() !== "subscriptions" || rest[0] === undefined) throw notAnAddress(path);
    address.subscription = rest.shift() ?? "";

    if (rest[0]?.toLowerCase() === "resourcegroups" && rest[1] !== undefined) {
        address.resourceGroup = rest[1];
        rest.splice(0, 2);
    }
    if (rest[0]?.toLowerCase() === "providers") {
        address.namespace = rest[1];
        rest.splice(0, 2);
    }
    rest.forEach((segment, index) => (index % 2 === 0 ? address.types : address.names).push(segment));
    return address;
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
    const [namespace, ...types] = type.split("/");
    const path = types.map((part, index) => `${part}/${names[index] ?? ""}`).join("/");
    return `${resourceGroupId(subscription, resourceGroup)}/providers/${namespace}/${path}`;
}

/** The resource group that an id names. @throws when it names none */
export function resourceGroupOf(id: string): string {
    const { resourceGroup } = parseArmAddress(id);
    if (resourceGroup === undefined) throw new Error(`${id} is not inside a resource group.`);
    return resourceGroup;
}

function notAnAddress(path: string): ArmError {
    return new ArmError(404, "NotFound", `'${path}' is not the address of a resource.`);
}
