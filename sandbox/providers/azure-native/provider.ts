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

/** The application and directory object of the only user of a sandbox. */
const CLIENT_ID = "00000000-0000-0000-0000-000000000003";
const OBJECT_ID = "00000000-0000-0000-0000-000000000004";

/** The stand-in for the provider azure-native. */
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
        if (name in actions) return this.invokeAction(name, args, call);
        return this.typeOfGetter(name)?.invokeGetter(args, call);
    }

    async defaultLocation(inputs: Properties, call: Call): Promise<Value | undefined> {
        if (this.configuration.location) return this.configuration.location;
        const { resourceGroupName } = inputs;
        if (resourceGroupName === UNKNOWN) return UNKNOWN;
        if (typeof resourceGroupName !== "string" || call.signal.aborted) return undefined;
        try {
            return (await this.types.get(RESOURCE_GROUP)?.invokeGetter({ resourceGroupName }, call))
                ?.location;
        } catch {
            return undefined; // Like azure-native: without a default, ARM or `check` reports the missing location.
        }
    }

    private clientConfig(): Properties {
        const { subscriptionId } = this;
        return { clientId: CLIENT_ID, objectId: OBJECT_ID, subscriptionId, tenantId: this.settings.tenantId };
    }

    private typeOfGetter(name: string): ArmResource | undefined {
        const [module] = name.split(":");
        const entry = Object.entries(resourceTypes).find(([token, { getter }]) => {
            return `${module}:${getter}` === name && token.startsWith(`${module}:`);
        });
        return entry && this.types.get(entry[0]);
    }

    private async invokeAction(name: string, args: Properties, call: Call): Promise<Properties> {
        const action = actions[name];
        const shape = this.schema.functions[name];
        if (!action || !shape)
            throw new Error(`The schema of the stand-in does not contain ${PREFIX}${name}.`);
        const query: Record<string, string> = { "api-version": shape.apiVersion };
        for (const [input, parameter] of Object.entries(action.query ?? {})) {
            const value = args[input];
            if (typeof value === "string") query[parameter] = value;
        }
        const path = fillPath(action.path, { ...args, subscriptionId: this.subscriptionId });
        const body = await this.client.post({ path, query, signal: call.signal });
        return new WireFormat(this.schema, { envelopes: {} }).properties(body, shape.result);
    }
}
