import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";
import { drainSeconds } from "./drain-time";
import type { PreviousRecord } from "./gate-hooks";
import type { AciSettings } from "./settings";

/**
 * Records in the state which revision DNS points to. Before this resource changes, its hook waits until no client can still
 * have the address of the previous revision; the engine deletes that revision afterwards, because it deletes last.
 *
 * The wait belongs to a resource of its own, so that an interrupted update repeats it: this resource is then still unchanged
 * in the state. A hook after the update of the DNS record would not run again, because the record has already changed.
 */
export class ServingRevision extends pulumi.ComponentResource {
    constructor(
        name: string,
        settings: AciSettings,
        args: { fqdn: pulumi.Output<string>; record: pulumi.CustomResource; previousRecord: PreviousRecord },
        parent: pulumi.Resource,
    ) {
        const { fqdn, record, previousRecord } = args;
        super(
            "azure-secure-inference:index:ServingRevision",
            `${name}-serving`,
            { fqdn: record.id.apply(() => fqdn), ttl: settings.dns.ttl },
            { parent, hooks: drainHooks(name, settings, previousRecord, parent) },
        );
    }
}

function drainHooks(
    name: string,
    { requestLimits }: AciSettings,
    previousRecord: PreviousRecord,
    component: pulumi.Resource,
): pulumi.ResourceHookBinding {
    const drain = resourceHook(`${name}-drain`, async ({ oldInputs, newInputs }) => {
        if (oldInputs?.fqdn === newInputs?.fqdn) return;
        // A stack from a version without revisions has no old inputs of this resource, but its DNS record had a TTL. Without
        // either, the name is new, and no client has an old address.
        const ttl = previousRecord.ttl ?? (oldInputs?.ttl as number | undefined);
        if (ttl === undefined) return;
        const seconds = drainSeconds(ttl, requestLimits);
        void pulumi.log.info(
            `${name}: DNS points to the new revision. The previous one keeps serving for ${seconds} seconds, for clients that still have its address.`,
            component,
        );
        await sleep(seconds * 1000);
    });
    return { beforeCreate: drain, beforeUpdate: drain };
}
