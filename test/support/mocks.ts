import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { expect, vi } from "vitest";

/** Exported by the SDK, but not declared in its types. */
interface Internals {
    waitForRPCs(): Promise<void>;
}

const internals = settings as unknown as Internals;

/** Waits until all resources are registered. Children are registered after the constructor returns. */
export async function registrations(): Promise<void> {
    await internals.waitForRPCs();
}

/** The key that marks a secret in serialized values. */
export const SECRET_MARK = "4dabf18193072939515e22adb298388d";

/** The inputs with secrets as plain values. */
export function unmarked(inputs: unknown): Record<string, unknown> {
    const reviver = (_key: string, value: unknown): unknown =>
        typeof value === "object" && value !== null && SECRET_MARK in value && "value" in value
            ? value.value
            : value;
    return JSON.parse(JSON.stringify(inputs), reviver) as Record<string, unknown>;
}

/** The value of an output; undefined when it is unknown. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
    return (output as unknown as { promise(): Promise<T> }).promise();
}

/** A registered resource. */
export interface Registered {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}

export interface RecordingMocks {
    /** The result of an invoked provider function. */
    call: (token: string) => object;
    /** The outputs of a resource in addition to its inputs. */
    made: (type: string, name: string) => object;
    /** Leaves IDs unknown, as providers do. */
    preview: boolean;
}

/** Sets mocks that record registered resources. */
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

/** Dependencies and hooks of a resource, which mocks do not receive. Resources are named by kind and name, e.g. `Service models-front`. */
export interface Ordered {
    /** The resources that it depends on. */
    after: string[];
    /** The names of its hooks. */
    afterCreate: string[];
    afterUpdate: string[];
}

/** The used part of the request that registers a resource. */
interface RegisterRequest {
    getType(): string;
    getName(): string;
    getDependenciesList(): string[];
    getHooks(): { getAfterCreateList(): string[]; getAfterUpdateList(): string[] } | undefined;
}

/** Records dependencies and hooks of registered resources. Call it after the mocks are set. */
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

/** Collects warnings from now on instead of logging them. */
export function collectWarnings(): string[] {
    const warnings: string[] = [];
    vi.spyOn(pulumi.log, "warn").mockImplementation(text => {
        warnings.push(text);
        return Promise.resolve();
    });
    return warnings;
}
