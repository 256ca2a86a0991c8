import { existsSync, readFileSync } from "node:fs";
import type { V1Pod } from "@kubernetes/client-node";
import { runningDaemon } from "../../daemons/daemon";
import { haproxyConfiguration } from "../../daemons/haproxy";
import { signal } from "../../daemons/processes";
import type { SandboxInstance } from "../../instance";
import { API_SERVER_PORT, NODE_ADDRESS } from "../../node/settings";
import { containerGroupHidden, containerGroupProperties } from "../container-groups/model";
import type { Resource } from "../state/resource";
import { writeAtomically } from "../state/atomic-file";
import { type PublicGroup, renderLoadBalancer } from "./configuration";

/** Several changes in a row make one reload. */
const QUIET_MS = 50;

/** Keeps HAProxy's configuration at what the container groups are, and has HAProxy read it again without a break. */
export class LoadBalancerConfigurator {
    private timer: NodeJS.Timeout | undefined;

    constructor(
        private readonly instance: SandboxInstance,
        private readonly groups: () => readonly Resource[],
        private readonly podOf: (group: Resource) => V1Pod | undefined,
    ) {}

    /** Soon after this call the configuration is right. */
    changed(): void {
        this.timer ??= setTimeout(() => {
            this.timer = undefined;
            this.apply();
        }, QUIET_MS);
    }

    close(): void {
        clearTimeout(this.timer);
    }

    private apply(): void {
        const file = haproxyConfiguration(this.instance);
        const configuration = renderLoadBalancer({
            namespace: this.instance.namespace,
            door: { ...this.instance.kubernetes, server: { address: NODE_ADDRESS, port: API_SERVER_PORT } },
            groups: this.groups().flatMap(group => publicGroup(group, this.podOf(group))),
        });
        if (existsSync(file) && readFileSync(file, "utf8") === configuration) return;
        writeAtomically(file, configuration);
        const master = runningDaemon(this.instance, "haproxy");
        // SIGUSR2 to the master process: new workers take over the listening sockets, old ones end their connections.
        if (master !== undefined) signal(master, "SIGUSR2");
    }
}

/** Groups without a public address, or stopped, are not there for the load balancer. */
export function publicGroup(group: Resource, pod: V1Pod | undefined): PublicGroup[] {
    const { ip } = containerGroupHidden.parse(group.hidden);
    const { ipAddress } = containerGroupProperties.parse(group.properties);
    if (ip === undefined || ipAddress?.type !== "Public") return [];
    const ports = (ipAddress.ports ?? []).filter(({ protocol = "TCP" }) => protocol === "TCP");
    return [
        { id: group.id, address: ip, ports: ports.map(({ port }) => port), podAddress: readyAddress(pod) },
    ];
}

/** A group whose readiness probes fail gets no connections ("Configure readiness probes", Container Instances). */
function readyAddress(pod: V1Pod | undefined): string | undefined {
    const ready = pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    const leaving = pod?.metadata?.deletionTimestamp !== undefined;
    return ready && !leaving ? pod?.status?.podIP : undefined;
}
