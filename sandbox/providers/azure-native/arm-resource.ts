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

/** What the provider as a whole knows and every type needs. */
export interface Environment {
    client: ArmClient;
    schema: Schema;
    subscriptionId: string;
    /** The region of new resources that do not say theirs: `azure-native:location`, else that of the resource group. */
    defaultLocation(inputs: Properties, call: Call): Promise<Value | undefined>;
}

/** Outputs that never change while a resource lives, so that they are known when an update is previewed. */
const STABLE_OUTPUTS = ["name", "location"];

/** A resource type of azure-native: one entry of `resourceTypes` put to work. */
export class ArmResource implements ResourceType {
    private readonly shape: Schema["resources"][string];
    /** The inputs that go into the body of a request. */
    private readonly bodyShape: ObjectShape;
    private readonly wire: WireFormat;

    constructor(
        token: string,
        private readonly mapping: TypeMapping,
        private readonly environment: Environment,
    ) {
        const shape = environment.schema.resources[token];
        if (!shape) throw new Error(`There is no schema for azure-native:${token}.`);
        this.shape = shape;
        const elsewhere = new Set([...pathParameters(mapping.path), ...Object.keys(mapping.query ?? {})]);
        this.bodyShape = Object.fromEntries(
            Object.entries(shape.inputs).filter(([name]) => !elsewhere.has(name)),
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
        // What was imported has no API version among its inputs, and that the check adds one is not a change.
        const before: Properties = {
            azureApiVersion: oldOutputs.azureApiVersion ?? this.shape.apiVersion,
            ...oldInputs,
        };
        const replaceOn = [...pathParameters(mapping.path), ...(mapping.replaceOn ?? [])];
        const found = changes(before, news).filter(
            ({ path }) => path !== "location" || !sameLocation(before.location, news.location),
        );
        const judged = found.map(change => {
            const rooted = replaceOn.some(name => change.pattern === name);
            // Below a property that replaces, azure-native replaces for changed values only.
            const nested =
                change.kind === "update" && replaceOn.some(name => change.pattern.startsWith(`${name}.`));
            const onlySaysWhatIs = change.kind === "add" && equal(oldOutputs[change.path], news[change.path]);
            return { ...change, replaces: (rooted && !onlySaysWhatIs) || nested };
        });
        const replaces = judged.some(change => change.replaces);
        return { changes: judged, deleteBeforeReplace: replaces && oldInputs[CREATE_BEFORE_DELETE] !== true };
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
        // ARM creates and updates by the same request: without this look, another's resource would be taken over.
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
        const now = inputsAmong(outputs, this.bodyShape, schema);
        if (known) {
            const before = inputsAmong(known.outputs, this.bodyShape, schema);
            for (const name of this.mapping.subResources ?? []) {
                if (known.inputs[name] === undefined) before[name] = now[name] = [];
            }
            return { id: resource.id, inputs: refreshedInputs(known.inputs, before, now), outputs };
        }
        const { subscriptionId: _, ...fromPath } = parsePath(this.mapping.path, resource.id);
        return { id: resource.id, inputs: { ...now, ...fromPath }, outputs };
    }

    async delete(resource: Identity, _outputs: Properties, call: Call): Promise<void> {
        await this.environment.client.delete(resource.id, this.query(), call.signal);
    }

    /** The result of the type's getter function. */
    async look(args: Properties, call: Call): Promise<Properties> {
        const path = this.path(args);
        const body = await this.environment.client.get(path, this.query(args), call.signal);
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
            await this.environment.client.put(path, this.query(news), body, call.signal);
        } catch (error) {
            if (!(error instanceof OperationFailed)) throw error;
            // The signal may be the reason for the failure, so the look at what is there has one of its own.
            const left = await this.get(path, { ...call, signal: AbortSignal.timeout(10_000) }).catch(
                () => undefined,
            );
            const id = typeof left?.id === "string" ? left.id : path;
            throw new InitializationError(error.message, id, news, left ? this.outputs(left) : {});
        }
        // As azure-native does: what a later refresh will see is what belongs into the state, not the answer to the PUT.
        const written = await this.get(path, call);
        if (!written) throw new Error(`${path} was written, but is not there.`);
        return { id: typeof written.id === "string" ? written.id : path, outputs: this.outputs(written) };
    }

    private get(path: string, call: Call): Promise<Properties | undefined> {
        return this.environment.client.get(path, this.query(), call.signal);
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

/** ARM takes "West Europe" and "westeurope" for the same. */
function sameLocation(a: Value | undefined, b: Value | undefined): boolean {
    if (typeof a !== "string" || typeof b !== "string" || a === UNKNOWN || b === UNKNOWN) return false;
    return a.replaceAll(" ", "").toLowerCase() === b.replaceAll(" ", "").toLowerCase();
}
