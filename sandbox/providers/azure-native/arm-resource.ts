import { changes } from "../protocol/difference";
import {
    type Call,
    type Checked,
    type CheckRequest,
    type Difference,
    type DiffRequest,
    type Identity,
    InitializationError,
    type ReadResult,
    type ResourceType,
} from "../protocol/provider";
import { refreshedInputs } from "../protocol/refreshed-inputs";
import { equal, type Properties, UNKNOWN, type Value } from "../protocol/values";
import { type ArmClient, OperationFailed } from "./arm-client";
import { fillPath, parsePath, pathParameters } from "./arm-path";
import { CREATE_BEFORE_DELETE, generatedName } from "./auto-name";
import { previewOutputs } from "./preview";
import { inputsAmong } from "./refresh";
import type { TypeMapping } from "./type-mapping";
import type { ObjectShape, Schema } from "./schema";
import { problemsOf } from "./validation";
import { WireFormat } from "./wire";

/** The parts of the provider that all types use. */
export interface Environment {
    client: ArmClient;
    schema: Schema;
    subscriptionId: string;
    /** The region of new resources without `location`: the setting `azure-native:location`, or that of the resource group. */
    defaultLocation(inputs: Properties, call: Call): Promise<Value | undefined>;
}

/** Outputs that no update changes, so that their values are known at preview. */
const STABLE_OUTPUTS = ["name", "location"];

/** The time limit for reading a resource after a failed operation, in milliseconds. */
const READ_AFTER_FAILURE_MS = 10_000;

/** Implements the operations for one entry of `resourceTypes`. */
export class ArmResource implements ResourceType {
    private readonly shape: Schema["resources"][string];
    /** The inputs that are part of the request body, not of the path or query. */
    private readonly bodyShape: ObjectShape;
    private readonly wire: WireFormat;

    constructor(
        token: string,
        private readonly mapping: TypeMapping,
        private readonly environment: Environment,
    ) {
        const shape = environment.schema.resources[token];
        if (!shape) throw new Error(`The schema of the stand-in does not contain azure-native:${token}.`);
        this.shape = shape;
        const inUrl = new Set([...pathParameters(mapping.path), ...Object.keys(mapping.query ?? {})]);
        this.bodyShape = Object.fromEntries(
            Object.entries(shape.inputs).filter(([name]) => !inUrl.has(name)),
        );
        this.wire = new WireFormat(environment.schema, mapping);
    }

    async check(request: CheckRequest, call: Call): Promise<Checked> {
        const { news, olds } = request;
        const { autoName } = this.mapping;
        const inputs: Properties = {
            ...news,
            ...(news[autoName.input] === undefined && generatedName(request, autoName)),
            azureApiVersion: news.azureApiVersion ?? this.shape.apiVersion,
        };
        if ("location" in this.shape.inputs && news.location === undefined) {
            const location = olds.location ?? (await this.environment.defaultLocation(inputs, call));
            if (location !== undefined) inputs.location = location;
        }
        const nameIsRequired = { [autoName.input]: { shape: { kind: "string" }, required: true } } as const;
        const shape = { ...this.shape.inputs, ...nameIsRequired };
        return { inputs, failures: problemsOf(inputs, shape, this.environment.schema) };
    }

    diff({ oldInputs, oldOutputs, news }: DiffRequest): Difference {
        const { mapping } = this;
        // Imported resources have no API version in their inputs. The one that `check` adds is not a change.
        const before: Properties = {
            azureApiVersion: oldOutputs.azureApiVersion ?? this.shape.apiVersion,
            ...oldInputs,
        };
        const replaceOn = [...pathParameters(mapping.path), ...(mapping.replaceOn ?? [])];
        const changed = changes(before, news).filter(
            ({ path }) => path !== "location" || !sameLocation(before.location, news.location),
        );
        const classified = changed.map(change => {
            const isProperty = replaceOn.some(name => change.pattern === name);
            // Inside a property that requires a replacement, azure-native replaces for changed values only.
            const isChangeInside =
                change.kind === "update" && replaceOn.some(name => change.pattern.startsWith(`${name}.`));
            const hasValueAlready =
                change.kind === "add" && equal(oldOutputs[change.path], news[change.path]);
            return { ...change, replaces: (isProperty && !hasValueAlready) || isChangeInside };
        });
        const replaces = classified.some(change => change.replaces);
        return {
            changes: classified,
            deleteBeforeReplace: replaces && oldInputs[CREATE_BEFORE_DELETE] !== true,
        };
    }

    preview(news: Properties, oldOutputs: Properties | undefined): Properties {
        const outputs = previewOutputs(news, this.shape.outputs, this.environment.schema);
        for (const name of STABLE_OUTPUTS) {
            const value = oldOutputs?.[name];
            if (value !== undefined) outputs[name] = value;
        }
        return outputs;
    }

    async create(news: Properties, call: Call): Promise<{ id: string; outputs: Properties }> {
        const path = this.path(news);
        // ARM creates and updates with the same request. Without this check, an existing resource would be overwritten.
        if (await this.get(path, call)) throw new Error(`cannot create already existing resource '${path}'`);
        return this.write(path, news, call);
    }

    async update(_resource: Identity, news: Properties, _olds: Properties, call: Call): Promise<Properties> {
        return (await this.write(this.path(news), news, call)).outputs;
    }

    async read(
        resource: Identity,
        known: { inputs: Properties; outputs: Properties } | undefined,
        call: Call,
    ): Promise<ReadResult | undefined> {
        const body = await this.get(resource.id, call);
        if (!body) return undefined;
        const outputs = this.outputs(body);
        const { schema } = this.environment;
        const after = inputsAmong(outputs, this.bodyShape, schema);
        if (known) {
            const before = inputsAmong(known.outputs, this.bodyShape, schema);
            for (const name of this.mapping.subResources ?? []) {
                if (known.inputs[name] === undefined) before[name] = after[name] = [];
            }
            return { id: resource.id, inputs: refreshedInputs(known.inputs, before, after), outputs };
        }
        const { subscriptionId: _, ...fromPath } = parsePath(this.mapping.path, resource.id);
        return { id: resource.id, inputs: { ...after, ...fromPath }, outputs };
    }

    async delete(resource: Identity, _outputs: Properties, call: Call): Promise<void> {
        await this.environment.client.delete({
            path: resource.id,
            query: this.query(),
            signal: call.signal,
        });
    }

    /** The result of the function that reads a resource of this type. */
    async invokeGetter(args: Properties, call: Call): Promise<Properties> {
        const path = this.path(args);
        const request = { path, query: this.query(args), signal: call.signal };
        const body = await this.environment.client.get(request);
        if (!body) throw new Error(`request failed ${path}: Status=404 Code="ResourceNotFound"`);
        return { ...this.outputs(body), ...(body.id !== undefined && { id: body.id }) };
    }

    private async write(
        path: string,
        news: Properties,
        call: Call,
    ): Promise<{ id: string; outputs: Properties }> {
        const body = this.wire.body(news, this.bodyShape);
        try {
            await this.environment.client.put({ path, query: this.query(news), body, signal: call.signal });
        } catch (error) {
            if (!(error instanceof OperationFailed)) throw error;
            // The signal of the call may have caused the failure, so this request needs another one.
            const signal = AbortSignal.timeout(READ_AFTER_FAILURE_MS);
            const remaining = await this.get(path, { ...call, signal }).catch(() => undefined);
            const id = typeof remaining?.id === "string" ? remaining.id : path;
            const outputs = remaining ? this.outputs(remaining) : {};
            throw new InitializationError(error.message, { id, inputs: news, outputs });
        }
        // Like azure-native, the state contains the answer to a GET, as after a refresh, not the answer to the PUT.
        const written = await this.get(path, call);
        if (!written) throw new Error(`${path} was written, but does not exist.`);
        return { id: typeof written.id === "string" ? written.id : path, outputs: this.outputs(written) };
    }

    private get(path: string, call: Call): Promise<Properties | undefined> {
        return this.environment.client.get({ path, query: this.query(), signal: call.signal });
    }

    private outputs(body: Properties): Properties {
        const outputs = this.wire.properties(body, this.shape.outputs);
        return { ...outputs, azureApiVersion: this.shape.apiVersion };
    }

    private path(inputs: Properties): string {
        return fillPath(this.mapping.path, { ...inputs, subscriptionId: this.environment.subscriptionId });
    }

    private query(inputs: Properties = {}): Record<string, string> {
        const query: Record<string, string> = { "api-version": this.shape.apiVersion };
        for (const [input, parameter] of Object.entries(this.mapping.query ?? {})) {
            const value = inputs[input];
            if (typeof value === "string") query[parameter] = value;
        }
        return query;
    }
}

/** ARM treats "West Europe" and "westeurope" as the same region. */
function sameLocation(a: Value | undefined, b: Value | undefined): boolean {
    if (typeof a !== "string" || typeof b !== "string" || a === UNKNOWN || b === UNKNOWN) return false;
    return a.replaceAll(" ", "").toLowerCase() === b.replaceAll(" ", "").toLowerCase();
}
