import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";
import { drainSeconds } from "./drain";
import type { Handover } from "./gate-hooks";
import type { AciSettings } from "./settings";

/**
 * The revision that the name leads to. Before this becomes another one, the update waits until nobody can have the address of
 * the one before: the engine deletes last, so that one is there until then. An update that is interrupted meanwhile leaves
 * this as it was, and the next one waits again. (What a hook after the update of the record waited for would be forgotten:
 * the record has moved.)
 */
export class ServingRevision extends pulumi.ComponentResource {
    constructor(
        name: string,
        settings: AciSettings,
        args: { fqdn: pulumi.Output<string>; record: pulumi.CustomResource; handover: Handover },
        parent: pulumi.Resource,
    ) {
        const { fqdn, record, handover } = args;
        super(
            "azure-secure-inference:index:ServingRevision",
            `${name}-serving`,
            { fqdn: record.id.apply(() => fqdn), ttl: settings.dns.ttl },
            { parent, hooks: drainHooks(name, settings, handover, parent) },
        );
    }
}

function drainHooks(
    name: string,
    { limits }: AciSettings,
    handover: Handover,
    component: pulumi.Resource,
): pulumi.ResourceHookBinding {
    const drain = resourceHook(`${name}-drain`, async ({ oldInputs, newInputs }) => {
        if (oldInputs?.fqdn === newInputs?.fqdn) return;
        // Without either, the name leads here for the first time. What was made before there were revisions has no old one
        // of these, but a record that has moved.
        const ttl = handover.ttl ?? (oldInputs?.ttl as number | undefined);
        if (ttl === undefined) return;
        const seconds = drainSeconds(ttl, limits);
        void pulumi.log.info(
            `${name}: the name leads to the new revision. The one before goes on for ${seconds} seconds, for clients that still have its address.`,
            component,
        );
        await sleep(seconds * 1000);
    });
    return { beforeCreate: drain, beforeUpdate: drain };
}
