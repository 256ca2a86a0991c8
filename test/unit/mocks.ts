import type * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";

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
