import * as containerinstance from "@pulumi/azure-native/containerinstance";
import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import { AcmeChallenge } from "../certificate/acme-arguments";
import type { ServingCertificate } from "../certificate/certificate-info";
import { canonicalHostname } from "../shared/host-name";
import { HTTP_PORT, HTTPS_PORT } from "../front";
import { resourceHook } from "../shared/hooks";
import { valueOf } from "../shared/value-of";
import { type GroupStatus, groupStatus } from "./container-status";
import { type GateExpectation, gateFailure, gateProblem } from "./gate-check";
import { probeRevision } from "./gate-probe";
import { type Clock, waitUntilReady } from "./gate-wait";
import { waitAfterRecord } from "./issuer";
import type { AciSettings } from "./settings";

/** Time for a front to find a certificate that an earlier revision stored; the first reads of the share can be slow. */
const STORE_READ_SECONDS = 30;

const SYSTEM_CLOCK: Clock = { now: () => new Date(), sleep: milliseconds => sleep(milliseconds) };

/**
 * What a new revision must answer with. With Dns01 the authority issues the certificate before DNS points to the revision. With
 * Http01 it can only issue afterwards, unless an earlier revision stored a certificate. A name without a DNS record has no
 * clients yet, so the placeholder is enough for it.
 * @param isNew whether there is no DNS record yet
 */
export function gateExpectation(
    { tls, revisionTimeoutSeconds }: Pick<AciSettings, "tls" | "revisionTimeoutSeconds">,
    certificate: ServingCertificate | undefined,
    isNew: boolean,
    now: Date,
): GateExpectation | pulumi.Output<GateExpectation> {
    if (tls.acme) {
        if (tls.acme.challenge === AcmeChallenge.Dns01 && !isNew) return { kind: "issued" };
        const seconds = isNew ? 0 : Math.min(STORE_READ_SECONDS, revisionTimeoutSeconds / 2);
        return { kind: "issued-later", from: new Date(now.getTime() + seconds * 1000) };
    }
    if (!certificate?.info) return { kind: "plain" };
    return certificate.info.apply(({ fingerprint }) => ({ kind: "certificate" as const, fingerprint }));
}

/** The DNS record before this update. The gate fills it in; the drain reads it. */
export interface PreviousRecord {
    /** Its TTL, in seconds. Absent while the record has not changed, and when there was none. */
    ttl?: number;
}

/** The new revision, and what the gate needs beside the settings. */
interface GateArgs {
    group: containerinstance.ContainerGroup;
    certificate: ServingCertificate | undefined;
    previousRecord: PreviousRecord;
}

/**
 * The hooks of the DNS record. Before a change of the record: the gate, which waits until the new revision answers. After it,
 * with `TlsMode.Auto`: a wait for the certificate. The engine does not run them at preview.
 */
export function gateHooks(
    name: string,
    settings: AciSettings,
    { group, certificate, previousRecord }: GateArgs,
    component: pulumi.Resource,
): pulumi.ResourceHookBinding {
    const gate = resourceHook(`${name}-gate`, async ({ oldInputs, newInputs }) => {
        if (cnameTarget(oldInputs) === cnameTarget(newInputs)) return;
        if (settings.revisionTimeoutSeconds > 0) {
            await waitForRevision(name, settings, {
                group,
                isNew: oldInputs === undefined,
                certificate,
                component,
            });
        }
        if (oldInputs) previousRecord.ttl = Number(oldInputs.ttl);
    });
    const { acme } = settings.tls;
    const issued = acme ? waitAfterRecord(name, acme, settings, group, component) : [];
    return { beforeCreate: gate, beforeUpdate: gate, afterCreate: issued, afterUpdate: issued };
}

/** The host name that the record points to. */
function cnameTarget(inputs: Record<string, unknown> | undefined): unknown {
    return (inputs?.cnameRecord as { cname?: unknown } | undefined)?.cname;
}

interface NewRevision {
    group: containerinstance.ContainerGroup;
    isNew: boolean;
    certificate: ServingCertificate | undefined;
    component: pulumi.Resource;
}

/** Waits until the revision answers as expected. Throws, and so fails the update, when it does not in time. */
async function waitForRevision(
    name: string,
    settings: AciSettings,
    { group, isNew, certificate, component }: NewRevision,
): Promise<void> {
    const expectation = gateExpectation(settings, certificate, isNew, SYSTEM_CLOCK.now());
    const [hostname, resourceGroupName, containerGroupName, address, expected] = await Promise.all([
        valueOf(settings.tls.hostname ?? "").then(canonicalHostname),
        valueOf(settings.resourceGroupName),
        valueOf(group.name),
        valueOf(group.ipAddress.apply(address => address?.ip)),
        valueOf(expectation),
    ]);
    if (address === undefined) {
        throw new Error(
            `${name}: Azure assigned no IP address to the container group ${containerGroupName}. Run the update again.`,
        );
    }
    const tls = expected.kind !== "plain";
    const port = tls ? HTTPS_PORT : HTTP_PORT;
    void pulumi.log.info(
        `${name}: waiting until the new revision ${containerGroupName} (${address}:${port}) answers requests for ${hostname}`,
        component,
    );
    const problem = await waitUntilReady({
        async check() {
            const result = await probeRevision({ address, port, hostname, tls });
            return gateProblem(result, expected, hostname, SYSTEM_CLOCK.now());
        },
        readStatus: () => readGroupStatus({ resourceGroupName, containerGroupName }, component),
        timeoutSeconds: settings.revisionTimeoutSeconds,
        clock: SYSTEM_CLOCK,
    });
    if (problem === undefined) return;
    const logCommand = `az container logs --resource-group ${resourceGroupName} --name ${containerGroupName} --container-name ${settings.model.name}`;
    throw new Error(
        gateFailure({
            name,
            hostname,
            isNew,
            containerGroupName,
            at: `${address}:${port}`,
            problem,
            logCommand,
        }),
    );
}

/** Azure's view of the group. Empty when the caller may not read it: then the timeout alone ends the wait. */
async function readGroupStatus(
    args: containerinstance.GetContainerGroupArgs,
    component: pulumi.Resource,
): Promise<GroupStatus> {
    const group = await containerinstance
        .getContainerGroup(args, { parent: component })
        .catch(() => undefined);
    return groupStatus(group?.containers ?? []);
}
