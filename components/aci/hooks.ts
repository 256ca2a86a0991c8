import * as pulumi from "@pulumi/pulumi";

/**
 * Hooks for where there is an engine to run them. Pulumi's mocks have none (`MockMonitor` knows no `registerResourceHook`), and
 * programs that use the components are to be testable with them.
 */
export function whereThereAreHooks(
    hooks: () => pulumi.ResourceHookBinding,
): pulumi.ResourceHookBinding | undefined {
    const monitor: { registerResourceHook?: unknown } | undefined = pulumi.runtime.getMonitor();
    return typeof monitor?.registerResourceHook === "function" ? hooks() : undefined;
}
