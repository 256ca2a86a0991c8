import type { V1Pod } from "@kubernetes/client-node";
import type { Listener } from "../load-balancer/configuration";
import type { Resource } from "../state/resource";
import { containerGroupHidden, containerGroupProperties } from "./model";

/** The load balancer's listeners of a group: one for each public TCP port. A stopped or private group has none. */
export function groupListeners(group: Resource, pod: V1Pod | undefined): Listener[] {
    const { ip } = containerGroupHidden.parse(group.hidden);
    const { ipAddress } = containerGroupProperties.parse(group.properties);
    if (ip === undefined || ipAddress?.type !== "Public") return [];
    const ports = (ipAddress.ports ?? []).filter(({ protocol = "TCP" }) => protocol === "TCP");
    const podAddress = readyAddress(pod);
    return ports.map(({ port }) => ({
        owner: group.id,
        address: ip,
        port,
        servers: podAddress === undefined ? [] : [{ address: podAddress, port }],
    }));
}

/** The address of a pod that is ready. A group whose readiness probe fails gets no connections ("Configure readiness probes", Container Instances). */
function readyAddress(pod: V1Pod | undefined): string | undefined {
    const ready = pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    const terminating = pod?.metadata?.deletionTimestamp !== undefined;
    return ready && !terminating ? pod?.status?.podIP : undefined;
}
