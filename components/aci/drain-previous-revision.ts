import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";
import { cachedSeconds, cachedUntilAfter, drainOf, type RecordHistory } from "./drain-time";
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
    private readonly kept: KeptOutputs;

    constructor(
        name: string,
        settings: AciSettings,
        args: { fqdn: pulumi.Output<string>; record: pulumi.CustomResource; previousRecord: PreviousRecord },
        parent: pulumi.Resource,
    ) {
        const { fqdn, record, previousRecord } = args;
        const kept: KeptOutputs = {};
        super(
            "azure-secure-inference:index:ServingRevision",
            `${name}-serving`,
            { fqdn: record.id.apply(() => fqdn), ttl: settings.dns.ttl },
            { parent, hooks: drainHooks(name, settings, { previousRecord, kept }, parent) },
        );
        this.kept = kept;
        warnAboutShortDrain(name, settings, parent);
    }

    /**
     * Pulumi calls this once. Without a change of this resource no hook runs, and registering outputs would delete those in the
     * state. The URN is known after the hook.
     */
    protected override registerOutputs(): void {
        this.urn.apply(() => {
            const { outputs } = this.kept;
            if (outputs ?? pulumi.runtime.isDryRun()) super.registerOutputs(outputs);
        });
    }
}

/** Outputs, because a change of them is no change of the resource: the next preview shows none. */
interface ServingOutputs {
    /** `RecordHistory.cachedUntil` in ISO 8601. Absent when the drain of the next revision needs only the TTL. */
    cachedUntil?: string;
}

/** What the hook leaves for the state. */
interface KeptOutputs {
    /** Absent until the hook has run. */
    outputs?: ServingOutputs;
}

function drainHooks(
    name: string,
    { dns, requestLimits }: AciSettings,
    { previousRecord, kept }: { previousRecord: PreviousRecord; kept: KeptOutputs },
    component: pulumi.Resource,
): pulumi.ResourceHookBinding {
    const drain = resourceHook(`${name}-drain`, async ({ oldInputs, newInputs, oldOutputs }) => {
        const history = recordHistory(previousRecord, oldInputs, oldOutputs);
        if (oldInputs?.fqdn === newInputs?.fqdn) {
            const cachedUntil = cachedUntilAfter(history, dns.ttl, new Date())?.toISOString();
            kept.outputs = cachedUntil === undefined ? {} : { cachedUntil };
            return;
        }
        kept.outputs = {};
        // Undefined: the name is new, and no client has an old address.
        const ttl = cachedSeconds(history, new Date());
        if (ttl === undefined) return;
        const { seconds, shortfall } = drainOf(ttl, requestLimits);
        void pulumi.log.info(
            `${name}: DNS points to the new revision. The previous one keeps serving for ${seconds} seconds, for clients that still have its address.`,
            component,
        );
        if (shortfall !== undefined) void pulumi.log.warn(`${name}: ${shortfall}.`, component);
        await sleep(seconds * 1000);
    });
    return { beforeCreate: drain, beforeUpdate: drain };
}

/**
 * A stack from a version without revisions has no old inputs of this resource, but its DNS record had a TTL.
 */
function recordHistory(
    { ttl: recordTtl }: PreviousRecord,
    oldInputs: Record<string, unknown> | undefined,
    oldOutputs: ServingOutputs | undefined,
): RecordHistory {
    return {
        recordTtl,
        servingTtl: oldInputs?.ttl as number | undefined,
        cachedUntil: oldOutputs?.cachedUntil === undefined ? undefined : new Date(oldOutputs.cachedUntil),
    };
}

/** Only at preview, where hooks do not run: the update itself warns when it waits. */
function warnAboutShortDrain(
    name: string,
    { dns, requestLimits }: AciSettings,
    component: pulumi.Resource,
): void {
    const { shortfall } = drainOf(dns.ttl, requestLimits);
    if (shortfall !== undefined && pulumi.runtime.isDryRun()) {
        void pulumi.log.warn(`${name}: ${shortfall}.`, component);
    }
}
