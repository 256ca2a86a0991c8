import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";

/**
 * Says at preview that the group will restart, when it will: every change of a container group restarts all its containers
 * (https://learn.microsoft.com/azure/container-instances/container-instances-update). A hook knows that it does change.
 */
export function restartNotice(component: string, revisions: boolean): pulumi.ResourceHook[] {
    const advice = revisions
        ? "It was changed outside of this stack, or could not be made at first. If it serves already, change something of it in the same update, a tag for example: then a new revision takes over without an interruption."
        : "For updates without an interruption, give the service a name of its own in a zone that this stack keeps: tls.hostname and dns.zoneName.";
    return resourceHook(
        `${component}-restart-notice`,
        () => {
            if (!pulumi.runtime.isDryRun()) return;
            void pulumi.log.warn(
                `${component}: this update restarts the container group, and it does not answer until its model is ready again. ${advice}`,
            );
        },
        { onDryRun: true },
    );
}
