import type { Call, Provider, ResourceType } from "../protocol/provider";
import { type Properties, UNKNOWN, type Value } from "../protocol/values";
import type { SandboxSettings } from "../settings";
import { ArmClient } from "./arm-client";
import { fillPath } from "./arm-path";
import { ArmResource, type Environment } from "./arm-resource";
import { actions, resourceTypes } from "./resource-types";
import type { Schema } from "./schema";
import { WireFormat } from "./wire";

const RESOURCE_GROUP = "resources:ResourceGroup";
const PREFIX = "azure-native:";

/** Every sandbox has one user. These stand for its application and its object in the directory. */
const CLIENT_ID = "00000000-0000-0000-0000-000000000003";
const OBJECT_ID = "00000000-0000-0000-0000-000000000004";

/** Stands in for azure-native where Azure Resource Manager is the sandbox's. */
export class AzureNative implements Provider, Environment {
    readonly name = "azure-native";
    readonly client: ArmClient;
    private readonly types = new Map<string, ArmResource>();
    private configuration: Record<string, string> = {};

    constructor(
        private readonly settings: SandboxSettings,
        readonly schema: Schema,
    ) {
        this.client = new ArmClient(settings);
        for (const [token, mapping] of Object.entries(resourceTypes)) {
            this.types.set(token, new ArmResource(token, mapping, this));
        }
    }

    get subscriptionId(): string {
        return this.configuration.subscriptionId ?? this.settings.subscriptionId;
    }

    configure(configuration: Record<string, string>): void {
        this.configuration = configuration;
    }

    resourceType(token: string): ResourceType | undefined {
        return this.types.get(token.slice(PREFIX.length));
    }

    invoke(token: string, args: Properties, call: Call): Promise<Properties> | undefined {
        const name = token.slice(PREFIX.length);
        if (name === "authorization:getClientConfig") return Promise.resolve(this.clientConfig());
        if (name in actions) return this.act(name, args, call);
        return this.getter(name)?.look(args, call);
    }

    async defaultLocation(inputs: Properties, call: Call): Promise<Value | undefined> {
        if (this.configuration.location) return this.configuration.location;
        const { resourceGroupName } = inputs;
        if (resourceGroupName === UNKNOWN) return UNKNOWN;
        if (typeof resourceGroupName !== "string" || call.signal.aborted) return undefined;
        try {
            return (await this.types.get(RESOURCE_GROUP)?.look({ resourceGroupName }, call))?.location;
        } catch {
            return undefined; // As azure-native: no default then, and ARM or the check says what is missing.
        }
    }

    private clientConfig(): Properties {
        const { subscriptionId } = this;
        return { clientId: CLIENT_ID, objectId: OBJECT_ID, subscriptionId, tenantId: this.settings.tenantId };
    }

    private getter(name: string): ArmResource | undefined {
        const [module] = name.split(":");
        const found = Object.entries(resourceTypes).find(([token, { getter }]) => {
            return `${module}:${getter}` === name && token.startsWith(`${module}:`);
        });
        return found && this.types.get(found[0]);
    }

    private async act(name: string, args: Properties, call: Call): Promise<Properties> {
        const action = actions[name];
        const shape = this.schema.functions[name];
        if (!action || !shape) throw new Error(`There is no schema for ${PREFIX}${name}.`);
        const query: Record<string, string> = { "api-version": shape.apiVersion };
        for (const [input, parameter] of Object.entries(action.query ?? {})) {
            const value = args[input];
            if (typeof value === "string") query[parameter] = value;
        }
        const path = fillPath(action.path, { ...args, subscriptionId: this.subscriptionId });
        const body = await this.client.post(path, query, call.signal);
        return new WireFormat(this.schema, { envelopes: {} }).properties(body, shape.result);
    }
}
