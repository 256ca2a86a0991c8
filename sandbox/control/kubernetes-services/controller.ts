import {
    CoreV1Api,
    DiscoveryV1Api,
    type KubeConfig,
    type V1EndpointSlice,
    type V1Service,
} from "@kubernetes/client-node";
import type { SandboxInstance } from "../../instance";
import type { Listener } from "../load-balancer/configuration";
import { ObjectWatch } from "../object-watch";
import { Reconciler } from "../reconciler";
import type { Store } from "../state/store";
import { assignAddresses, type Assigned, type Assignment } from "./assignment";
import { serviceListeners } from "./endpoints";
import { ServicePublicIps } from "./public-ips";
import { wantsAddress } from "./request";
import { ServiceClient } from "./service-client";

/** Azure's cloud controller: gives Services of type LoadBalancer their addresses. */
export class ServiceController {
    private readonly services: ObjectWatch<V1Service>;
    private readonly slices: ObjectWatch<V1EndpointSlice>;
    private readonly client: ServiceClient;
    private readonly publicIps: ServicePublicIps;
    private assigned: readonly Assigned[] = [];
    /** The last event of each Service by uid: what has not changed is not told again. */
    private readonly told = new Map<string, string>();
    private readonly reconciler = new Reconciler(() => this.work());

    /** @param apply has the load balancer serve what `listeners` returns, and ends when it does */
    constructor(
        config: KubeConfig,
        private readonly instance: SandboxInstance,
        private readonly store: Store,
        clock: () => Date,
        private readonly apply: () => Promise<void>,
    ) {
        const core = config.makeApiClient(CoreV1Api);
        const discovery = config.makeApiClient(DiscoveryV1Api);
        this.client = new ServiceClient(core, clock);
        this.publicIps = new ServicePublicIps(store, instance.loadBalancerAddresses, clock);
        this.services = new ObjectWatch(config, "/api/v1/services", () => core.listServiceForAllNamespaces());
        this.slices = new ObjectWatch(config, "/apis/discovery.k8s.io/v1/endpointslices", () =>
            discovery.listEndpointSliceForAllNamespaces(),
        );
    }

    /** Ends when Services and their pods are known. */
    async prepare(): Promise<void> {
        await Promise.all([this.services.start(), this.slices.start()]);
        this.assign(this.services.all());
        this.services.onChange(() => this.changed());
        this.slices.onChange(() => void this.apply());
        this.store.onChange(() => this.changed());
    }

    /** What the load balancer is to listen on. */
    listeners(): Listener[] {
        return this.assigned.flatMap(one => serviceListeners(one, this.slices.all()));
    }

    /** Soon after this call Services have what they are to have. */
    changed(): void {
        this.reconciler.changed();
    }

    async close(): Promise<void> {
        this.reconciler.close();
        await Promise.all([this.services.close(), this.slices.close()]);
    }

    private async work(): Promise<void> {
        // The same ones from here to the end: a Service that goes meanwhile has its address still, and is let go the next time.
        const services = this.services.all();
        const assignments = this.assign(services);
        // An address is told after it answers, and given back after it has ceased to.
        await this.apply();
        this.publicIps.attach(this.assigned);
        await Promise.all([...assignments.map(one => this.tell(one)), ...this.letGo(services)]);
    }

    private assign(services: readonly V1Service[]): Assignment[] {
        const assignments = assignAddresses(services.filter(wantsAddress), {
            resources: this.store.all(),
            internalNetwork: this.instance.internalLoadBalancerAddresses,
            makePublicIp: service => this.publicIps.make(service),
        });
        this.assigned = assignments.filter(one => "address" in one);
        return assignments;
    }

    private async tell(assignment: Assignment): Promise<void> {
        const { service } = assignment;
        await this.client.hold(service);
        if ("refusal" in assignment) {
            await this.client.publish(service, undefined);
            const message = `Error syncing load balancer: failed to ensure load balancer: ${assignment.refusal}`;
            return this.event(service, "Warning", "SyncLoadBalancerFailed", message);
        }
        await this.client.publish(service, assignment.address);
        const { internal, subnet } = assignment.request;
        const place = internal && subnet !== undefined ? ` in subnet ${subnet}` : "";
        await this.event(
            service,
            "Normal",
            "EnsuredLoadBalancer",
            `Ensured load balancer with ${assignment.address}${place}`,
        );
    }

    /** Services that are to have no address any more: deleted ones, and those of another type now. */
    private letGo(services: readonly V1Service[]): Promise<void>[] {
        const others = services.filter(service => !wantsAddress(service));
        return others
            .filter(({ spec }) => spec?.loadBalancerClass === undefined)
            .map(async service => {
                this.told.delete(service.metadata?.uid ?? "");
                if (service.metadata?.deletionTimestamp === undefined)
                    await this.client.publish(service, undefined);
                await this.client.release(service);
            });
    }

    private async event(
        service: V1Service,
        type: "Normal" | "Warning",
        reason: string,
        message: string,
    ): Promise<void> {
        const uid = service.metadata?.uid ?? "";
        if (this.told.get(uid) === message) return;
        await this.client.event(service, type, reason, message);
        this.told.set(uid, message);
    }
}
