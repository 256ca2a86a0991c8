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
    return [new pulumi.ResourceHook(name, callback, options)];
}
