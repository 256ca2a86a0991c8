import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";

/**
 * A hook that warns at preview when the update restarts the container group: every change of a group restarts all of its
 * containers (https://learn.microsoft.com/azure/container-instances/container-instances-update). The engine runs the hook
 * only for a group that changes.
 */
export function restartNotice(component: string, revisions: boolean): pulumi.ResourceHook[] {
    const advice = revisions
        ? "The group was changed outside of this stack, or an earlier update could not create it. If it is serving, change a tag in the same update: a new revision then takes over without an interruption."
        : "For updates without an interruption, set tls.hostname and dns.zoneName.";
    return resourceHook(
        `${component}-restart-notice`,
        () => {
            if (!pulumi.runtime.isDryRun()) return;
            void pulumi.log.warn(
                `${component}: this update restarts the container group, which answers no requests until its model is ready again. ${advice}`,
            );
        },
        { onDryRun: true },
    );
}
