import { checkPermission } from "./permissions";
import type { Principal } from "./tokens";
import type { JsonObject, Resource } from "../state/resource";
import { isTransitioning } from "../state/resource";
import { checkApiVersion } from "./api-version";
import { ArmError, methodNotAllowed } from "./errors";
import { failureOf, operationStatus, RETRY_AFTER_SECONDS, startOperation, statusBody } from "./operations";
import { queryResources, RESOURCE_GRAPH_PATH } from "./resource-graph";
import { type ArmAddress, fullType, parseArmAddress } from "./resource-id";
import type { ResourceAddress, ResourceManager } from "./resource-manager";
import type { OperationStyle, ResourceType } from "./resource-type";

export interface ArmCall {
    method: string;
    path: string;
    /** Names in lower case. */
    query: Readonly<Record<string, string>>;
    body: JsonObject;
    ifMatch?: string;
    ifNoneMatch?: string;
    /** The calling managed identity. Undefined for the sandbox's user, who may do everything. */
    principal?: Principal;
    /** Scheme and host of the request. URLs in responses start with it. */
    origin: string;
}

export interface ArmAnswer {
    status: number;
    body?: JsonObject;
    headers?: Record<string, string>;
}

export interface ArmRouterSettings {
    manager: ResourceManager;
    /** Resource types by their name in lower case. */
    types: ReadonlyMap<string, ResourceType>;
    subscriptions: readonly string[];
    tenant: string;
    clock: () => Date;
}

/** Maps the method and path of a request to a call of the resource manager (Azure Resource Manager REST API). */
export class ArmRouter {
    private readonly manager: ResourceManager;
    private readonly types: ReadonlyMap<string, ResourceType>;

    constructor(private readonly settings: ArmRouterSettings) {
        this.manager = settings.manager;
        this.types = settings.types;
    }

    async route(call: ArmCall): Promise<ArmAnswer> {
        if (call.path.toLowerCase() === RESOURCE_GRAPH_PATH && call.method === "POST") {
            const body = queryResources(this.manager.store, call.principal, call.body);
            return { status: 200, body };
        }
        const address = parseArmAddress(call.path);
        checkApiVersion(call.query["api-version"], this.types.get(fullType(address)));
        if (!this.settings.subscriptions.includes(address.subscription.toLowerCase())) {
            throw new ArmError(
                404,
                "SubscriptionNotFound",
                `The subscription '${address.subscription}' could not be found.`,
            );
        }
        if (call.principal) checkPermission(this.manager.store, call.principal, call, address);
        return address.namespace === undefined
            ? this.withoutProvider(call, address)
            : this.withProvider(call, address);
    }

    /** Subscriptions, resource groups, and lists of resources of any type. */
    private async withoutProvider(call: ArmCall, address: ArmAddress): Promise<ArmAnswer> {
        const { subscription, resourceGroup, types, names, scope } = address;
        const groups = this.types.get("microsoft.resources/resourcegroups");
        if (groups === undefined) throw new Error("No resource type for resource groups.");
        const collection = types[0]?.toLowerCase();

        if (resourceGroup !== undefined && types.length === 0) {
            const target = { type: groups, subscription, resourceGroup, scope, names: [resourceGroup] };
            return this.resource(call, target);
        }
        if (collection === "operationresults") return this.operationResult(call, names[0]);
        if (call.method !== "GET") throw methodNotAllowed(call.method, call.path);
        if (collection === "resourcegroups" && names.length === 0) {
            return this.listed(this.manager.list(groups, subscription));
        }
        if (collection === "resources" && names.length === 0) {
            const prefix = call.path.replace(/\/resources\/?$/i, "/").toLowerCase();
            const all = this.manager.store.all().filter(({ id }) => id.toLowerCase().startsWith(prefix));
            return this.listed(all.filter(({ type }) => type !== groups.type && this.isTopLevel(type)));
        }
        if (resourceGroup === undefined && types.length === 0) {
            return { status: 200, body: this.subscriptionBody(subscription) };
        }
        throw new ArmError(404, "NotFound", `'${call.path}' is not a resource path.`);
    }

    private async withProvider(call: ArmCall, address: ArmAddress): Promise<ArmAnswer> {
        const { subscription, resourceGroup, namespace = "", types, names, scope } = address;
        const namespaces = new Set(
            [...this.types.values()].map(({ type }) => type.split("/")[0]?.toLowerCase()),
        );
        if (!namespaces.has(namespace.toLowerCase())) {
            throw new ArmError(
                404,
                "InvalidResourceNamespace",
                `The resource namespace '${namespace}' is invalid.`,
            );
        }
        if (resourceGroup === undefined && isRegistration(types)) {
            return { status: 200, body: this.providerBody(subscription, namespace) };
        }
        if (types[0]?.toLowerCase() === "locations") return this.operation(call, address);

        const type = this.types.get(fullType(address));
        if (type?.extension) return this.extension(call, type, address);
        if (/\/providers\//i.test(scope)) throw invalidResourceType(address, call);
        if (type && resourceGroup !== undefined && names.length === types.length) {
            return this.resource(call, { type, subscription, resourceGroup, scope, names });
        }
        if (type && call.method === "GET") return this.collection(type, address);
        if (resourceGroup !== undefined) return this.action(call, address);
        throw invalidResourceType(address, call);
    }

    /** One extension resource, or the list of them at a scope. */
    private extension(call: ArmCall, type: ResourceType, address: ArmAddress): Promise<ArmAnswer> {
        const { subscription, resourceGroup = "", scope, types, names } = address;
        const target = { type, subscription, resourceGroup, scope };
        if (names.length === types.length) return this.resource(call, { ...target, names });
        if (call.method !== "GET") throw methodNotAllowed(call.method, call.path);
        return this.listed(this.manager.listAt(target, call.query));
    }

    private async resource(call: ArmCall, target: ResourceAddress): Promise<ArmAnswer> {
        switch (call.method) {
            case "GET":
                return { status: 200, body: await this.manager.view(this.manager.find(target), true) };
            case "HEAD":
                return { status: this.exists(target) ? 204 : 404 };
            case "PUT": {
                const { resource, created } = this.manager.put(target, call.body, call);
                return this.putAnswer(call, target.type, resource, created);
            }
            case "PATCH": {
                const resource = this.manager.patch(target, call.body, call);
                return { status: 200, body: await this.manager.view(resource, true) };
            }
            case "DELETE": {
                const deleted = this.manager.delete(target, call);
                if (deleted === undefined) return { status: 204 };
                // The operation starts after the deletion, so that a resource created later counts as a new one.
                const headers = this.operationHeaders(call, target.type.deleteStyle, deleted, "delete");
                return headers ? { status: 202, headers } : this.afterDeletion(deleted);
            }
            default:
                throw methodNotAllowed(call.method, call.path);
        }
    }

    private async putAnswer(
        call: ArmCall,
        type: ResourceType,
        resource: Resource,
        created: boolean,
    ): Promise<ArmAnswer> {
        const body = await this.manager.view(resource, true);
        if (!isTransitioning(resource)) return { status: created ? 201 : 200, body };
        const headers = this.operationHeaders(call, type.putStyle, resource, "put");
        if (type.putStyle === "Location") return { status: 202, headers };
        return { status: created ? 201 : 200, body, ...(headers && { headers }) };
    }

    /** Responds to a synchronous deletion after the resource has been removed. */
    private async afterDeletion(deleted: Resource): Promise<ArmAnswer> {
        const { store } = this.manager;
        for (;;) {
            const current = store.get(deleted.id);
            if (current === undefined || current.createdAt !== deleted.createdAt) return { status: 200 };
            if (current.provisioningState === "Failed") {
                throw new ArmError(500, failureOf(current).code, failureOf(current).message);
            }
            await new Promise(resolve => setImmediate(resolve));
        }
    }

    private exists(target: ResourceAddress): boolean {
        return this.manager.store.get(this.manager.idOf(target)) !== undefined;
    }

    private collection(type: ResourceType, address: ArmAddress): Promise<ArmAnswer> {
        const { subscription, resourceGroup, names } = address;
        const parentPath =
            names.length > 0 && resourceGroup !== undefined ? this.parentOf(address) : undefined;
        return this.listed(this.manager.list(type, subscription, resourceGroup, parentPath));
    }

    /** The id of the parent of a collection. @throws ArmError 404 if the outermost parent does not exist */
    private parentOf(address: ArmAddress): string {
        const parts = address.names.map((name, index) => `${address.types[index] ?? ""}/${name}`);
        const first = this.types.get(`${address.namespace ?? ""}/${address.types[0] ?? ""}`.toLowerCase());
        if (first && address.resourceGroup !== undefined) {
            const { subscription, resourceGroup, scope } = address;
            const names = address.names.slice(0, 1);
            this.manager.find({ type: first, subscription, resourceGroup, scope, names });
        }
        return `${address.scope}/providers/${address.namespace ?? ""}/${parts.join("/")}`;
    }

    /** `POST …/listKeys` and similar paths. The resource is that of the longest known type in the path. */
    private async action(call: ArmCall, address: ArmAddress): Promise<ArmAnswer> {
        const { subscription, resourceGroup = "", namespace = "", scope } = address;
        const segments = address.types.flatMap((type, index) => {
            const name = address.names[index];
            return name === undefined ? [type] : [type, name];
        });
        for (let length = Math.floor(segments.length / 2); length > 0; length--) {
            const types = address.types.slice(0, length);
            const type = this.types.get([namespace, ...types].join("/").toLowerCase());
            const below = segments.slice(2 * length);
            if (type === undefined || below.length === 0) continue;
            const match = type.actions
                ?.map(action => ({ action, segments: matchPath(action.path, below) }))
                .find(candidate => candidate.segments !== undefined);
            if (match?.segments === undefined) break;
            if (match.action.method !== call.method) throw methodNotAllowed(call.method, call.path);
            const names = address.names.slice(0, length);
            const resource = this.manager.find({ type, subscription, resourceGroup, scope, names });
            const { query, body } = call;
            const result = await match.action.run(resource, {
                segments: match.segments,
                query,
                body,
                listed: async resources => ({ value: await this.views(resources) }),
            });
            if (result.status !== 202) return result;
            this.manager.reprovision(resource.id);
            return { ...result, headers: this.operationHeaders(call, "Location", resource, "action") };
        }
        throw invalidResourceType(address, call);
    }

    private operationHeaders(
        call: ArmCall,
        style: OperationStyle,
        resource: Resource,
        kind: "put" | "delete" | "action",
    ): Record<string, string> | undefined {
        if (style === "synchronous") return undefined;
        const operation = startOperation(this.manager.store, resource.id, kind, this.settings.clock());
        const [namespace = ""] = resource.type.split("/");
        const scope = `${call.origin}/subscriptions/${parseArmAddress(resource.id).subscription}`;
        const provider = `${scope}/providers/${namespace}/locations/${resource.location ?? "global"}`;
        const version = `?api-version=${call.query["api-version"] ?? ""}`;
        const results = isResourceGroupType(resource.type)
            ? `${scope}/operationresults/${operation.id}${version}`
            : `${provider}/operationResults/${operation.id}${version}`;
        return {
            "Retry-After": String(RETRY_AFTER_SECONDS),
            ...(style === "Azure-AsyncOperation" && {
                "Azure-AsyncOperation": `${provider}/operations/${operation.id}${version}`,
            }),
            ...((style === "Location" || kind !== "put") && { Location: results }),
        };
    }

    /** `…/locations/westeurope/operations/<id>` and `…/operationResults/<id>`. */
    private async operation(call: ArmCall, address: ArmAddress): Promise<ArmAnswer> {
        const [, kind] = address.types;
        const id = address.names[1];
        if (call.method !== "GET") throw methodNotAllowed(call.method, call.path);
        if (kind?.toLowerCase() === "operationresults") return this.operationResult(call, id);
        const operation = this.manager.store.getOperation(id ?? "");
        if (kind?.toLowerCase() !== "operations" || operation === undefined) throw operationNotFound(id);
        const resource = this.manager.store.get(operation.resourceId);
        const headers = { "Retry-After": String(RETRY_AFTER_SECONDS) };
        return { status: 200, body: statusBody(call.path, operation, resource), headers };
    }

    /** 202 while the operation runs, then its result. */
    private async operationResult(call: ArmCall, id: string | undefined): Promise<ArmAnswer> {
        const operation = this.manager.store.getOperation(id ?? "");
        if (operation === undefined) throw operationNotFound(id);
        const resource = this.manager.store.get(operation.resourceId);
        const status = operationStatus(operation, resource);
        if (status === "InProgress") {
            const version = call.query["api-version"] ?? "";
            const location = `${call.origin}${call.path}?api-version=${version}`;
            return {
                status: 202,
                headers: { Location: location, "Retry-After": String(RETRY_AFTER_SECONDS) },
            };
        }
        if (status === "Failed") {
            const { code, message } = failureOf(resource);
            throw new ArmError(409, code, message);
        }
        if (operation.kind !== "put" || resource === undefined) {
            return { status: isDeletionOfGroup(operation) ? 200 : 204 };
        }
        return { status: 200, body: await this.manager.view(resource, true) };
    }

    private async listed(resources: readonly Resource[]): Promise<ArmAnswer> {
        return { status: 200, body: { value: await this.views(resources) } };
    }

    private views(resources: readonly Resource[]): Promise<JsonObject[]> {
        return Promise.all(resources.map(one => this.manager.view(one, false)));
    }

    private isTopLevel(type: string): boolean {
        return type.split("/").length === 2 && !this.types.get(type.toLowerCase())?.extension;
    }

    private subscriptionBody(subscription: string): JsonObject {
        return {
            id: `/subscriptions/${subscription}`,
            subscriptionId: subscription,
            tenantId: this.settings.tenant,
            displayName: "azure-secure-inference sandbox",
            state: "Enabled",
        };
    }

    private providerBody(subscription: string, namespace: string): JsonObject {
        const types = [...this.types.values()]
            .map(({ type }) => type.split("/"))
            .filter(parts => parts[0]?.toLowerCase() === namespace.toLowerCase())
            .map(parts => ({ resourceType: parts.slice(1).join("/") }));
        return {
            id: `/subscriptions/${subscription}/providers/${namespace}`,
            namespace,
            registrationState: "Registered",
            resourceTypes: types,
        };
    }
}

/** The segments that the `*` of a pattern match. Undefined if the path does not match. */
function matchPath(pattern: string, path: readonly string[]): string[] | undefined {
    const parts = pattern.split("/");
    if (parts.length !== path.length) return undefined;
    const matching = parts.every((part, index) => part === "*" || part === path[index]?.toLowerCase());
    return matching ? path.filter((_, index) => parts[index] === "*") : undefined;
}

function isRegistration(types: readonly string[]): boolean {
    return types.length === 0 || types[0]?.toLowerCase() === "register";
}

function isResourceGroupType(type: string): boolean {
    return type.toLowerCase() === "microsoft.resources/resourcegroups";
}

function isDeletionOfGroup(operation: { resourceId: string }): boolean {
    return !/\/providers\//i.test(operation.resourceId);
}

function operationNotFound(id: string | undefined): ArmError {
    return new ArmError(404, "NotFound", `The operation '${id ?? ""}' could not be found.`);
}

function invalidResourceType(address: ArmAddress, call: ArmCall): ArmError {
    return new ArmError(
        404,
        "InvalidResourceType",
        `The resource type '${address.types.join("/")}' could not be found in the namespace '${address.namespace ?? ""}' ` +
            `for api version '${call.query["api-version"] ?? ""}'.`,
    );
}
