import * as containerinstance from "@pulumi/azure-native/containerinstance";
import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServingCertificate } from "../certificate/certificate-info";
import { canonicalHostname } from "../shared/host-name";
import { HTTP_PORT, HTTPS_PORT } from "../front";
import { resourceHook } from "../shared/hooks";
import { valueOf } from "../shared/value-of";
import { type GroupStatus, groupStatus } from "./container-status";
import { type GateExpectation, gateFailure, gateProblem } from "./gate-check";
import { probeRevision } from "./gate-probe";
import { type Clock, waitUntilReady } from "./gate-wait";
import { ISSUER_CONTAINER, logCommand, waitAfterRecord } from "./issuer";
import type { AciSettings } from "./settings";

const SYSTEM_CLOCK: Clock = { now: () => new Date(), sleep: milliseconds => sleep(milliseconds) };

/**
 * What a new revision must answer with.
 * @param isNew whether the update creates the DNS record
 */
export function gateExpectation(
    { acme }: Pick<AciSettings["tls"], "acme">,
    certificate: ServingCertificate | undefined,
    isNew: boolean,
): GateExpectation | pulumi.Output<GateExpectation> {
    if (acme) return { kind: "issued", challenge: acme.challenge, isNew };
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
        if (oldInputs) previousRecord.ttl = Number(oldInputs.ttl);
        if (cnameTarget(oldInputs) === cnameTarget(newInputs)) return;
        if (settings.revisionTimeoutSeconds > 0) {
            await waitForRevision(name, settings, {
                group,
                isNew: oldInputs === undefined,
                certificate,
                component,
            });
        }
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
    const expectation = gateExpectation(settings.tls, certificate, isNew);
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
    const containers = [settings.model.name, ...(settings.tls.acme ? [ISSUER_CONTAINER] : [])];
    const logCommands = containers.map(one => logCommand(resourceGroupName, containerGroupName, one));
    const at = `${address}:${port}`;
    throw new Error(gateFailure({ name, hostname, isNew, containerGroupName, at, problem, logCommands }));
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
