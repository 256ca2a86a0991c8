import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { expect, vi } from "vitest";

/** What Pulumi's types do not tell. */
interface Internals {
    waitForRPCs(): Promise<void>;
}

const internals = settings as unknown as Internals;

/** Children are registered after the constructor has returned: this waits until all are. */
export async function registrations(): Promise<void> {
    await internals.waitForRPCs();
}

/** Pulumi's mark of a secret among serialized values. */
export const SECRET_MARK = "4dabf18193072939515e22adb298388d";

/** The inputs without the marks of secrets in them. */
export function unmarked(inputs: unknown): Record<string, unknown> {
    const reviver = (_key: string, value: unknown): unknown =>
        typeof value === "object" && value !== null && SECRET_MARK in value && "value" in value
            ? value.value
            : value;
    return JSON.parse(JSON.stringify(inputs), reviver) as Record<string, unknown>;
}

/** The value of an output; nothing where it is not known. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
    return (output as unknown as { promise(): Promise<T> }).promise();
}

/** A resource as the mocks were told of it. */
export interface Registered {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}

export interface RecordingMocks {
    /** What functions of providers answer. */
    call: (token: string) => object;
    /** What a resource has beside its inputs once it is made. */
    made: (type: string, name: string) => object;
    /** Leaves ids unknown, as providers do. */
    preview: boolean;
}

/** Mocks that note in `registered` what is registered. */
export function recordInto(registered: Registered[], { call, made, preview }: RecordingMocks): Promise<void> {
    return pulumi.runtime.setMocks(
        {
            call: ({ token }) => call(token),
            newResource: ({ type, name, inputs }) => {
                registered.push({ type, name, inputs: inputs as Registered["inputs"] });
                const state = { ...(inputs as object), ...made(type, name) };
                return { id: preview ? undefined : `${name}-id`, state };
            },
        },
        "inference",
        "test",
        preview,
    );
}

/** What mocks are not told of a resource. Resources by kind and name, e.g. `Service models-front`. */
export interface Ordered {
    /** The resources that it depends on. */
    after: string[];
    /** The names of its hooks. */
    afterCreate: string[];
    afterUpdate: string[];
}

/** What the engine is asked for, as far as it is looked at here. */
interface RegisterRequest {
    getType(): string;
    getName(): string;
    getDependenciesList(): string[];
    getHooks(): { getAfterCreateList(): string[]; getAfterUpdateList(): string[] } | undefined;
}

/** Notes, once mocks are set, in which order an engine would do what is registered. */
export function recordOrder(): Map<string, Ordered> {
    const order = new Map<string, Ordered>();
    const monitor = pulumi.runtime.getMonitor() as unknown as {
        registerResource(request: RegisterRequest, ...rest: unknown[]): unknown;
    };
    const registerResource = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, ...rest) => {
        const hooks = request.getHooks();
        order.set(resourceLabel(request.getType(), request.getName()), {
            after: request.getDependenciesList().map(urn => {
                const [, , type = "", name = ""] = urn.split("::");
                return resourceLabel(type, name);
            }),
            afterCreate: hooks?.getAfterCreateList() ?? [],
            afterUpdate: hooks?.getAfterUpdateList() ?? [],
        });
        return registerResource(request, ...rest);
    };
    return order;
}

function resourceLabel(type: string, name: string): string {
    return `${type.split(":").at(-1)} ${name}`;
}

/** The inputs of the one resource of this type and name. */
export function inputsOf(
    registered: readonly Registered[],
    type: string,
    name: string,
): Registered["inputs"] {
    const found = registered.filter(one => one.type === type && one.name === name);
    expect(found).toHaveLength(1);
    return found[0]!.inputs;
}

/** Warnings from here on, instead of their being told. */
export function collectWarnings(): string[] {
    const warnings: string[] = [];
    vi.spyOn(pulumi.log, "warn").mockImplementation(text => {
        warnings.push(text);
        return Promise.resolve();
    });
    return warnings;
}
