import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";
import type { ModelSettings } from "./model-settings";

/** A hook that warns at preview when an update of the only replica of a model with GPUs interrupts the model. */
export function interruptionNotice(component: string, { name }: ModelSettings): pulumi.ResourceHook[] {
    return resourceHook(
        `${component}-${name}-interruption-notice`,
        ({ oldInputs, newInputs }) => {
            if (!pulumi.runtime.isDryRun() || !templateChanges(oldInputs, newInputs)) return;
            void pulumi.log.warn(
                `${component}: this update stops the only replica of ${name} before its successor starts, because both need a GPU. Requests to ${name} fail meanwhile. If the nodes have a free GPU, set models.${name}.spareGpu: true; otherwise use more replicas.`,
            );
        },
        { onDryRun: true },
    );
}

/** Kubernetes replaces pods only when their template changes. */
function templateChanges(before: unknown, after: unknown): boolean {
    const [old, next] = [before, after].map(inputs => JSON.stringify(templateOf(inputs)));
    return old !== next;
}

function templateOf(inputs: unknown): unknown {
    return (inputs as { spec?: { template?: unknown } } | undefined)?.spec?.template;
}
