import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";

/**
 * A resource hook; an empty list under Pulumi's mocks, which do not support hooks. Programs that use the components can
 * therefore be tested with mocks.
 */
export function resourceHook(
    name: string,
    callback: pulumi.ResourceHookFunction,
    options?: pulumi.ResourceHookOptions,
): pulumi.ResourceHook[] {
    if (isMocked()) return [];
    // The engine calls hooks from outside the program, but Pulumi finds the state of an inline program (Automation API) by its
    // asynchronous context. Without the binding, log messages would go to the console, and `isDryRun()` would always be false.
    return [new pulumi.ResourceHook(name, AsyncResource.bind(callback), options)];
}

/** Whether Pulumi's mocks take the engine's place, as in unit tests of programs. They do not support hooks. */
export function isMocked(): boolean {
    const monitor: { registerResourceHook?: unknown } | undefined = pulumi.runtime.getMonitor();
    return typeof monitor?.registerResourceHook !== "function";
}
