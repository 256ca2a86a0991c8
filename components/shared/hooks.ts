import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";

/**
 * A resource hook, or none where there is no engine to run it: Pulumi's mocks know no hooks, and programs that use the
 * components are to be testable with them.
 */
export function resourceHook(
    name: string,
    callback: pulumi.ResourceHookFunction,
    options?: pulumi.ResourceHookOptions,
): pulumi.ResourceHook[] {
    const monitor: { registerResourceHook?: unknown } | undefined = pulumi.runtime.getMonitor();
    if (typeof monitor?.registerResourceHook !== "function") return [];
    // The engine calls from outside of the program, and an inline program of the Automation API is known by its asynchronous
    // context only: without it, what a hook says would go to the console, and every run would be an update.
    return [new pulumi.ResourceHook(name, AsyncResource.bind(callback), options)];
}
