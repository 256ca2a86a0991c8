import type { V1Pod } from "@kubernetes/client-node";
import type { Listener } from "../load-balancer/configuration";
import type { Resource } from "../state/resource";
import { containerGroupHidden, containerGroupProperties } from "./model";

/** Groups without a public address, or stopped, are not there for the load balancer. */
export function groupListeners(group: Resource, pod: V1Pod | undefined): Listener[] {
    const { ip } = containerGroupHidden.parse(group.hidden);
    const { ipAddress } = containerGroupProperties.parse(group.properties);
    if (ip === undefined || ipAddress?.type !== "Public") return [];
    const ports = (ipAddress.ports ?? []).filter(({ protocol = "TCP" }) => protocol === "TCP");
    const target = readyAddress(pod);
    return ports.map(({ port }) => ({
        owner: group.id,
        address: ip,
        port,
        servers: target === undefined ? [] : [{ address: target, port }],
    }));
}

/** A group whose readiness probes fail gets no connections ("Configure readiness probes", Container Instances). */
function readyAddress(pod: V1Pod | undefined): string | undefined {
    const ready = pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    const leaving = pod?.metadata?.deletionTimestamp !== undefined;
    return ready && !leaving ? pod?.status?.podIP : undefined;
}
