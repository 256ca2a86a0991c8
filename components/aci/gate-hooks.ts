import * as containerinstance from "@pulumi/azure-native/containerinstance";
import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import { AcmeChallenge } from "../certificate/acme-arguments";
import type { ServingCertificate } from "../certificate/certificate-info";
import { canonicalHostname } from "../shared/host-name";
import { HTTP_PORT, HTTPS_PORT } from "../front";
import { resourceHook } from "../shared/hooks";
import { valueOf } from "../shared/value-of";
import { type GateExpectation, gateProblem } from "./gate";
import { lookAt } from "./gate-probe";
import { type Clock, untilGood } from "./gate-wait";
import { groupNews } from "./group-news";
import { awaitedOnRecord } from "./issuer";
import type { AciSettings } from "./settings";

/** In this time a front has found the certificate that an earlier revision got, also in a store that is slow at first. */
const STORE_SECONDS = 30;

const CLOCK: Clock = { now: () => new Date(), sleep: milliseconds => sleep(milliseconds) };

/**
 * What a revision has to show. By DNS a certificate can be issued before the name leads to it. By HTTP it can only afterwards,
 * unless an earlier revision has got one already; and a name that leads nowhere yet loses nothing.
 */
export function gateExpectation(
    { tls, revisionTimeoutSeconds }: Pick<AciSettings, "tls" | "revisionTimeoutSeconds">,
    certificate: ServingCertificate | undefined,
    isNew: boolean,
    now: Date,
): GateExpectation | pulumi.Output<GateExpectation> {
    if (tls.acme) {
        if (tls.acme.challenge === AcmeChallenge.Dns01 && !isNew) return { kind: "issued" };
        const seconds = isNew ? 0 : Math.min(STORE_SECONDS, revisionTimeoutSeconds / 2);
        return { kind: "issued-later", from: new Date(now.getTime() + seconds * 1000) };
    }
    if (!certificate?.info) return { kind: "plain" };
    return certificate.info.apply(({ fingerprint }) => ({ kind: "certificate" as const, fingerprint }));
}

/** What the engine told of the record before it moved it. */
export interface Handover {
    /** The record's TTL until now; absent while it has not moved. */
    ttl?: number;
}

/**
 * What waits before the name moves, and for the certificate after it: hooks of the record that it is. They run when the engine
 * changes the record, so never at preview.
 */
export function gateHooks(
    name: string,
    settings: AciSettings,
    group: containerinstance.ContainerGroup,
    certificate: ServingCertificate | undefined,
    handover: Handover,
    component: pulumi.Resource,
): pulumi.ResourceHookBinding {
    const gate = resourceHook(`${name}-gate`, async ({ oldInputs, newInputs }) => {
        if (target(oldInputs) === target(newInputs)) return;
        if (settings.revisionTimeoutSeconds > 0) {
            const isNew = oldInputs === undefined;
            const expectation = gateExpectation(settings, certificate, isNew, CLOCK.now());
            await openGate(name, settings, group, expectation, component);
        }
        if (oldInputs) handover.ttl = Number(oldInputs.ttl);
    });
    const { acme } = settings.tls;
    const issued = acme ? awaitedOnRecord(name, acme, settings, group, component) : [];
    return { beforeCreate: gate, beforeUpdate: gate, afterCreate: issued, afterUpdate: issued };
}

/** What the record leads to. */
function target(inputs: Record<string, unknown> | undefined): unknown {
    return (inputs?.cnameRecord as { cname?: unknown } | undefined)?.cname;
}

async function openGate(
    name: string,
    settings: AciSettings,
    group: containerinstance.ContainerGroup,
    expectation: GateExpectation | pulumi.Output<GateExpectation>,
    component: pulumi.Resource,
): Promise<void> {
    const [hostname, resourceGroupName, containerGroupName, ip, expected] = await Promise.all([
        valueOf(settings.tls.hostname ?? "").then(canonicalHostname),
        valueOf(settings.resourceGroupName),
        valueOf(group.name),
        valueOf(group.ipAddress.apply(address => address?.ip)),
        valueOf(expectation),
    ]);
    if (ip === undefined) throw new Error(`${name}: Azure gave ${containerGroupName} no address.`);
    const tls = expected.kind !== "plain";
    const port = tls ? HTTPS_PORT : HTTP_PORT;
    void pulumi.log.info(
        `${name}: waiting until ${containerGroupName} answers as ${hostname} at ${ip}:${port}`,
        component,
    );
    const problem = await untilGood({
        async look() {
            const seen = await lookAt({ address: ip, port, hostname, tls });
            return gateProblem(seen, expected, hostname, CLOCK.now());
        },
        async news() {
            const args = { resourceGroupName, containerGroupName };
            // Who may not look cannot know; then the time limit has to do.
            const group = await containerinstance
                .getContainerGroup(args, { parent: component })
                .catch(() => undefined);
            return groupNews(group?.containers ?? []);
        },
        timeoutSeconds: settings.revisionTimeoutSeconds,
        clock: CLOCK,
    });
    if (problem === undefined) return;
    throw new Error(
        `${name}: ${hostname} does not move to the new revision ${containerGroupName} (${ip}:${port}): ${problem}. ` +
            `What served before goes on. To see more: az container logs --resource-group ${resourceGroupName} --name ${containerGroupName} --container-name ${settings.model.name}`,
    );
}
