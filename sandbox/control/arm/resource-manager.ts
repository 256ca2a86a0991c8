import { randomUUID } from "node:crypto";
import type { JsonObject, Resource } from "../state/resource";
import { isTransitioning } from "../state/resource";
import type { Store } from "../state/store";
import { ArmError, invalidContent, resourceGroupNotFound, resourceNotFound } from "./errors";
import { checkPreconditions, type Preconditions } from "./preconditions";
import {
    idBelow,
    isWithin,
    parseArmAddress,
    resourceGroupId,
    resourceGroupOf,
    resourceId,
    sameId,
} from "./resource-id";
import { checkReservedNames } from "./names";
import type { ResourceType } from "./resource-type";
import { tagsOf } from "./tags";

/** Identifies one resource: its type, its scope and the names in its path. */
export interface ResourceAddress {
    type: ResourceType;
    subscription: string;
    /** Empty for resources of a subscription. */
    resourceGroup: string;
    /** Id of the subscription, the group, or the resource that an extension resource extends. */
    scope: string;
    names: readonly string[];
}

const RESOURCE_GROUPS = "microsoft.resources/resourcegroups";

/** The part of ARM that is the same for every resource type: checks, storage, asynchronous work, cascading deletion. */
export class ResourceManager {
    constructor(
        readonly store: Store,
        private readonly types: ReadonlyMap<string, ResourceType>,
        private readonly clock: () => Date,
    ) {}

    /** Continues the work that was running when the previous process stopped. */
    resume(): void {
        for (const resource of this.store.all()) {
            if (!isTransitioning(resource)) continue;
            if (resource.provisioningState === "Deleting") void this.release(resource);
            else void this.provision(resource);
        }
    }

    idOf(address: ResourceAddress): string {
        if (isResourceGroup(address.type))
            return resourceGroupId(address.subscription, address.resourceGroup);
        return idBelow(address.scope, address.type.type, address.names);
    }

    /** @throws ArmError 404 */
    find(address: ResourceAddress): Resource {
        this.checkResourceGroup(address);
        const id = this.idOf(address);
        const builtIn = () => address.type.builtIn?.(address.scope).find(one => sameId(one.id, id));
        const resource = this.store.get(id) ?? builtIn();
        if (resource) return resource;
        throw isResourceGroup(address.type)
            ? resourceGroupNotFound(address.resourceGroup)
            : resourceNotFound(relativeName(address), address.resourceGroup);
    }

    put(
        address: ResourceAddress,
        body: JsonObject,
        conditions: Preconditions,
    ): { resource: Resource; created: boolean } {
        const { type } = address;
        this.checkResourceGroup(address, "write");
        this.checkParent(address);
        const id = this.idOf(address);
        const existing = this.store.get(id);
        if (existing?.provisioningState === "Deleting") throw beingDeleted(existing);
        inProvider(type, () => type.etags && checkPreconditions(conditions, existing?.etag));

        const location = locationOf(type, body, existing);
        const name = address.names.at(-1) ?? address.resourceGroup;
        // ARM checks names and tags before the provider.
        const tags = body.tags === undefined ? undefined : tagsOf(body, type.type);
        checkReservedNames(type.type, [name, ...hostLabels(body)]);
        const draft = inProvider(type, () =>
            type.put({
                id: existing?.id ?? id,
                subscription: address.subscription,
                resourceGroup: address.resourceGroup,
                scope: address.scope,
                names: address.names,
                name,
                location,
                body,
                existing,
            }),
        );
        const resource: Resource = {
            id: existing?.id ?? id,
            name: existing?.name ?? name,
            type: type.type,
            ...(location !== "" && { location }),
            ...(tags && { tags }),
            ...(type.etags && { etag: randomUUID() }),
            envelope: draft.envelope ?? {},
            properties: draft.properties,
            hidden: draft.hidden ?? {},
            provisioningState: initialState(type, existing),
            createdAt: existing?.createdAt ?? this.clock().toISOString(),
        };
        this.store.put(resource);
        type.created?.(resource);
        if (isTransitioning(resource)) void this.provision(resource);
        return { resource, created: existing === undefined };
    }

    patch(address: ResourceAddress, body: JsonObject, conditions: Preconditions): Resource {
        const { type } = address;
        const existing = this.find(address);
        inProvider(type, () => type.etags && checkPreconditions(conditions, existing.etag));
        const change = inProvider(type, () =>
            type.patch
                ? type.patch(existing, body)
                : body.tags !== undefined && { tags: tagsOf(body, type.type) },
        );
        this.store.put({ ...existing, ...change, ...(type.etags && { etag: randomUUID() }) });
        return this.find(address);
    }

    /** @returns the resource that is being deleted, or undefined if it does not exist */
    delete(address: ResourceAddress, conditions: Preconditions): Resource | undefined {
        this.checkResourceGroup(address);
        const existing = this.store.get(this.idOf(address));
        if (existing === undefined) {
            if (isResourceGroup(address.type)) throw resourceGroupNotFound(address.resourceGroup);
            return undefined;
        }
        if (existing.provisioningState === "Deleting") return existing;
        inProvider(address.type, () => {
            if (address.type.etags) checkPreconditions(conditions, existing.etag);
            address.type.checkDelete?.(existing);
        });
        void this.release(existing);
        return existing;
    }

    /** Starts `provision` of a resource that an action has changed. */
    reprovision(id: string): void {
        this.store.update(id, { provisioningState: "Updating" });
        const resource = this.store.get(id);
        if (resource) void this.provision(resource);
    }

    list(type: ResourceType, subscription: string, resourceGroup?: string, parentId?: string): Resource[] {
        if (resourceGroup !== undefined && !this.store.get(resourceGroupId(subscription, resourceGroup))) {
            throw resourceGroupNotFound(resourceGroup);
        }
        const prefix = `${parentId ?? scopeOf(subscription, resourceGroup)}/`.toLowerCase();
        return this.store.ofType(type.type).filter(({ id }) => id.toLowerCase().startsWith(prefix));
    }

    /** Extension resources at a scope, its ancestors and its descendants. */
    listAt(address: Omit<ResourceAddress, "names">, query: Readonly<Record<string, string>>): Resource[] {
        const { type, scope } = address;
        this.checkResourceGroup({ ...address, names: [] });
        const stored = this.store.ofType(type.type).filter(({ id }) => {
            const { scope: assigned } = parseArmAddress(id);
            return isWithin(assigned, scope) || isWithin(scope, assigned);
        });
        const all = [...(type.builtIn?.(scope) ?? []), ...stored];
        return all.filter(resource => type.lists?.(resource, scope, query) ?? true);
    }

    /** The body of a response with the resource. @param detailed false in lists */
    async view(resource: Resource, detailed: boolean): Promise<JsonObject> {
        const type = this.types.get(resource.type.toLowerCase());
        const { id, name, location, tags, etag, envelope, provisioningState } = resource;
        return {
            id,
            name,
            type: resource.type,
            ...(location !== undefined && { location }),
            ...(tags !== undefined && { tags }),
            ...(etag !== undefined && { etag }),
            ...envelope,
            properties: { ...(await type?.view(resource, detailed)), provisioningState },
        };
    }

    /** ARM checks the group, then the extended resource, before anything else. */
    private checkResourceGroup(address: ResourceAddress, access: "read" | "write" = "read"): void {
        if (isResourceGroup(address.type) || address.resourceGroup === "") return;
        const groupId = resourceGroupId(address.subscription, address.resourceGroup);
        const group = this.store.get(groupId);
        if (group === undefined) throw resourceGroupNotFound(address.resourceGroup);
        if (access === "write" && group.provisioningState === "Deleting") throw beingDeleted(group);
        if (sameId(address.scope, groupId)) return;
        const extended = this.store.get(address.scope);
        if (extended === undefined)
            throw resourceNotFound(address.scope.slice(`${groupId}/providers/`.length), group.name);
        if (access === "write" && extended.provisioningState === "Deleting") throw beingDeleted(extended);
    }

    private checkParent(address: ResourceAddress): void {
        const parent = parentType(address.type.type, this.types);
        if (parent === undefined) return;
        const parts = parent.split("/").length - 1;
        const id = resourceId(
            address.subscription,
            address.resourceGroup,
            this.types.get(parent)?.type ?? parent,
            address.names.slice(0, parts),
        );
        if (this.store.get(id)) return;
        throw new ArmError(
            404,
            "ParentResourceNotFound",
            `Failed to perform 'write' on resource(s) of type '${address.type.type.split("/").slice(1).join("/")}', ` +
                `because the parent resource '${id}' could not be found.`,
        );
    }

    private async provision(resource: Resource): Promise<void> {
        const type = this.types.get(resource.type.toLowerCase());
        try {
            await (type?.provision ? type.provision(resource) : nextTurn());
            this.settle(resource, { provisioningState: "Succeeded", failure: undefined });
        } catch (error) {
            const failure = error instanceof ArmError ? error.body : internalError(error);
            this.settle(resource, { provisioningState: "Failed", failure });
        }
    }

    /** Stores the result of the work, unless the resource has been deleted, or deleted and created again, meanwhile. */
    private settle(resource: Resource, change: Partial<Resource>): void {
        const current = this.store.get(resource.id);
        if (current && current.createdAt === resource.createdAt && current.provisioningState !== "Deleting") {
            this.store.update(resource.id, change);
        }
    }

    /** Deletes the children and the groups that the resource manages, then the provider's part, then the record. */
    private async release(resource: Resource): Promise<void> {
        try {
            // Children are marked as well, because a PUT must not create them again under a parent that is being deleted.
            this.store.update(resource.id, { provisioningState: "Deleting" });
            await nextTurn();
            const children = this.store
                .below(resource.id)
                .filter(child => this.isDirectChild(child, resource));
            const groups = this.store
                .ofType(RESOURCE_GROUPS)
                .filter(
                    ({ envelope: { managedBy } }) =>
                        typeof managedBy === "string" && sameId(managedBy, resource.id),
                );
            await Promise.all([...children, ...groups].map(child => this.release(child)));
            await this.types.get(resource.type.toLowerCase())?.release?.(resource);
            this.store.delete(resource.id);
        } catch (error) {
            const failure = error instanceof ArmError ? error.body : internalError(error);
            this.store.update(resource.id, { provisioningState: "Failed", failure });
        }
    }

    private isDirectChild(child: Resource, parent: Resource): boolean {
        if (this.types.get(child.type.toLowerCase())?.extension) {
            return sameId(parseArmAddress(child.id).scope, parent.id);
        }
        const type = parentType(child.type, this.types) ?? RESOURCE_GROUPS;
        return type === parent.type.toLowerCase();
    }
}

function isResourceGroup(type: ResourceType): boolean {
    return type.type.toLowerCase() === RESOURCE_GROUPS;
}

/** Errors of the provider have the provider's error format. */
function inProvider<Result>(type: ResourceType, work: () => Result): Result {
    try {
        return work();
    } catch (error) {
        if (error instanceof ArmError && type.bareErrors) error.enveloped = false;
        throw error;
    }
}

/** The nearest ancestor type that the sandbox stores. It does not store `fileServices`, between an account and a share. */
function parentType(type: string, types: ReadonlyMap<string, ResourceType>): string | undefined {
    const parts = type.toLowerCase().split("/");
    for (let length = parts.length - 1; length > 1; length--) {
        const candidate = parts.slice(0, length).join("/");
        if (types.has(candidate)) return candidate;
    }
    return undefined;
}

function initialState(type: ResourceType, existing: Resource | undefined): Resource["provisioningState"] {
    if (type.putStyle === "synchronous" && type.provision === undefined) return "Succeeded";
    return existing ? "Updating" : "Creating";
}

function locationOf(type: ResourceType, body: JsonObject, existing: Resource | undefined): string {
    if (type.location === "none") return "";
    if (body.location !== undefined && typeof body.location !== "string")
        throw invalidContent("location is not a string");
    const location = (body.location ?? existing?.location ?? "").replaceAll(" ", "").toLowerCase();
    if (location === "") {
        throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
    }
    if ((type.location === "global") !== (location === "global") || !/^[a-z]+[a-z0-9]*$/.test(location)) {
        throw new ArmError(
            400,
            "LocationNotAvailableForResourceType",
            `The provided location '${location}' is not available for resource type '${type.type}'.`,
        );
    }
    if (existing?.location !== undefined && existing.location !== location) {
        const group = isResourceGroup(type) ? existing.name : resourceGroupOf(existing.id);
        throw new ArmError(
            409,
            "InvalidResourceLocation",
            `The resource '${existing.name}' already exists in location '${existing.location}' in resource group '${group}'. ` +
                `A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
        );
    }
    return location;
}

/** The labels of the host names that a request asks for. */
function hostLabels({ properties }: JsonObject): (string | undefined)[] {
    const { ipAddress, dnsSettings } = (properties ?? {}) as {
        ipAddress?: { dnsNameLabel?: string };
        dnsSettings?: { domainNameLabel?: string };
    };
    return [ipAddress?.dnsNameLabel, dnsSettings?.domainNameLabel];
}

function scopeOf(subscription: string, resourceGroup: string | undefined): string {
    return resourceGroup === undefined
        ? `/subscriptions/${subscription}`
        : resourceGroupId(subscription, resourceGroup);
}

/** @example "Microsoft.Network/dnsZones/contoso.com/A/www" */
function relativeName({ type, names }: ResourceAddress): string {
    const [namespace, ...types] = type.type.split("/");
    return [namespace, ...types.flatMap((part, index) => [part, names[index] ?? ""])].join("/");
}

function beingDeleted(resource: Resource): ArmError {
    if (sameId(resource.type, RESOURCE_GROUPS)) {
        return new ArmError(
            409,
            "ResourceGroupBeingDeleted",
            `The resource group '${resource.name}' is in deprovisioning state and cannot perform this operation.`,
        );
    }
    return new ArmError(
        409,
        "Conflict",
        `The resource '${resource.id}' is being deleted. Retry after the deletion.`,
    );
}

function internalError(error: unknown): { code: string; message: string } {
    return { code: "InternalServerError", message: error instanceof Error ? error.message : String(error) };
}

/** Defers work until the response with its start has been created. */
function nextTurn(): Promise<void> {
    return new Promise(resolve => setImmediate(resolve));
}
