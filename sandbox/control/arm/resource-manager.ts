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
import type { ResourceType } from "./resource-type";

/** Where one resource is: its type and the names on the way to it. */
export interface Place {
    type: ResourceType;
    subscription: string;
    /** Empty for what hangs on a subscription. */
    resourceGroup: string;
    /** Id of the subscription, the group, or the resource that an extension resource hangs on. */
    scope: string;
    names: readonly string[];
}

const RESOURCE_GROUPS = "microsoft.resources/resourcegroups";

/** What ARM does with resources of every type: it checks, stores, starts work and cascades. */
export class ResourceManager {
    constructor(
        readonly store: Store,
        private readonly types: ReadonlyMap<string, ResourceType>,
        private readonly clock: () => Date,
    ) {}

    /** Takes up again what a stopped process left half done. */
    resume(): void {
        for (const resource of this.store.all()) {
            if (!isTransitioning(resource)) continue;
            if (resource.provisioningState === "Deleting") void this.release(resource);
            else void this.provision(resource);
        }
    }

    idOf(place: Place): string {
        if (isResourceGroup(place.type)) return resourceGroupId(place.subscription, place.resourceGroup);
        return idBelow(place.scope, place.type.type, place.names);
    }

    /** @throws ArmError 404 */
    find(place: Place): Resource {
        this.checkResourceGroup(place);
        const id = this.idOf(place);
        const builtIn = () => place.type.builtIn?.(place.scope).find(one => sameId(one.id, id));
        const resource = this.store.get(id) ?? builtIn();
        if (resource) return resource;
        throw isResourceGroup(place.type)
            ? resourceGroupNotFound(place.resourceGroup)
            : resourceNotFound(relativeName(place), place.resourceGroup);
    }

    put(place: Place, body: JsonObject, conditions: Preconditions): { resource: Resource; created: boolean } {
        const { type } = place;
        this.checkResourceGroup(place, "write");
        this.checkParent(place);
        const id = this.idOf(place);
        const existing = this.store.get(id);
        if (existing?.provisioningState === "Deleting") throw beingDeleted(existing);
        inProvider(type, () => type.etags && checkPreconditions(conditions, existing?.etag));

        const location = locationOf(type, body, existing);
        const name = place.names.at(-1) ?? place.resourceGroup;
        const draft = inProvider(type, () =>
            type.put({
                id: existing?.id ?? id,
                subscription: place.subscription,
                resourceGroup: place.resourceGroup,
                scope: place.scope,
                names: place.names,
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
            ...(body.tags !== undefined && { tags: tagsOf(body) }),
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

    patch(place: Place, body: JsonObject, conditions: Preconditions): Resource {
        const { type } = place;
        const existing = this.find(place);
        inProvider(type, () => type.etags && checkPreconditions(conditions, existing.etag));
        const change = inProvider(type, () =>
            type.patch ? type.patch(existing, body) : body.tags !== undefined && { tags: tagsOf(body) },
        );
        this.store.put({ ...existing, ...change, ...(type.etags && { etag: randomUUID() }) });
        return this.find(place);
    }

    /** @returns what is being deleted, or undefined when there was nothing */
    delete(place: Place, conditions: Preconditions): Resource | undefined {
        this.checkResourceGroup(place);
        const existing = this.store.get(this.idOf(place));
        if (existing === undefined) {
            if (isResourceGroup(place.type)) throw resourceGroupNotFound(place.resourceGroup);
            return undefined;
        }
        if (existing.provisioningState === "Deleting") return existing;
        inProvider(place.type, () => {
            if (place.type.etags) checkPreconditions(conditions, existing.etag);
            place.type.checkDelete?.(existing);
        });
        void this.release(existing);
        return existing;
    }

    /** Starts the provider's work on a resource again, after an action changed it. */
    workOn(id: string): void {
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

    /** Extension resources at a scope, above and below it. */
    listAt(place: Omit<Place, "names">, query: Readonly<Record<string, string>>): Resource[] {
        const { type, scope } = place;
        this.checkResourceGroup({ ...place, names: [] });
        const kept = this.store.ofType(type.type).filter(({ id }) => {
            const { scope: own } = parseArmAddress(id);
            return isWithin(own, scope) || isWithin(scope, own);
        });
        const all = [...(type.builtIn?.(scope) ?? []), ...kept];
        return all.filter(one => type.lists?.(one, scope, query) ?? true);
    }

    /** A resource as the client sees it. @param detailed false in lists */
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

    /** ARM looks for the group before anything else. */
    private checkResourceGroup(place: Place, access: "read" | "write" = "read"): void {
        if (isResourceGroup(place.type) || place.resourceGroup === "") return;
        const groupId = resourceGroupId(place.subscription, place.resourceGroup);
        const group = this.store.get(groupId);
        if (group === undefined) throw resourceGroupNotFound(place.resourceGroup);
        if (access === "write" && group.provisioningState === "Deleting") throw beingDeleted(group);
        if (sameId(place.scope, groupId)) return;
        const carrier = this.store.get(place.scope);
        if (carrier === undefined)
            throw resourceNotFound(place.scope.slice(`${groupId}/providers/`.length), group.name);
        if (access === "write" && carrier.provisioningState === "Deleting") throw beingDeleted(carrier);
    }

    private checkParent(place: Place): void {
        const parent = parentType(place.type.type, this.types);
        if (parent === undefined) return;
        const parts = parent.split("/").length - 1;
        const id = resourceId(
            place.subscription,
            place.resourceGroup,
            this.types.get(parent)?.type ?? parent,
            place.names.slice(0, parts),
        );
        if (this.store.get(id)) return;
        throw new ArmError(
            404,
            "ParentResourceNotFound",
            `Failed to perform 'write' on resource(s) of type '${place.type.type.split("/").slice(1).join("/")}', ` +
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

    /** A resource that was meanwhile deleted, or deleted and created again, is not touched. */
    private settle(resource: Resource, change: Partial<Resource>): void {
        const now = this.store.get(resource.id);
        if (now && now.createdAt === resource.createdAt && now.provisioningState !== "Deleting") {
            this.store.update(resource.id, change);
        }
    }

    /** Children and groups that the resource manages go first, then what the provider holds, then the record. */
    private async release(resource: Resource): Promise<void> {
        try {
            // Children are marked too: nobody may bring back what goes with its parent.
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

export function isResourceGroup(type: ResourceType): boolean {
    return type.type.toLowerCase() === RESOURCE_GROUPS;
}

/** Refusals by the provider have the form of the provider. */
function inProvider<Result>(type: ResourceType, work: () => Result): Result {
    try {
        return work();
    } catch (error) {
        if (error instanceof ArmError && type.bareErrors) error.enveloped = false;
        throw error;
    }
}

/** The nearest type above that has records of its own: `fileServices` between an account and a share has none. */
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

/** @throws ArmError when the tags are not texts by name */
export function tagsOf(body: JsonObject): Record<string, string> {
    const { tags } = body;
    const valid =
        typeof tags === "object" &&
        tags !== null &&
        !Array.isArray(tags) &&
        Object.values(tags).every(value => typeof value === "string");
    if (!valid) throw invalidContent("tags must be an object of strings");
    return tags as Record<string, string>;
}

function scopeOf(subscription: string, resourceGroup: string | undefined): string {
    return resourceGroup === undefined
        ? `/subscriptions/${subscription}`
        : resourceGroupId(subscription, resourceGroup);
}

/** @example "Microsoft.Network/dnsZones/contoso.com/A/www" */
function relativeName({ type, names }: Place): string {
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
        `The resource '${resource.id}' is being deleted. Retry when that has ended.`,
    );
}

function internalError(error: unknown): { code: string; message: string } {
    return { code: "InternalServerError", message: error instanceof Error ? error.message : String(error) };
}

/** Work is never done before the client has been told that it has begun. */
function nextTurn(): Promise<void> {
    return new Promise(resolve => setImmediate(resolve));
}
