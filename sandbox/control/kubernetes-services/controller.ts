import {
    CoreV1Api,
    DiscoveryV1Api,
    type KubeConfig,
    type V1EndpointSlice,
    type V1Service,
} from "@kubernetes/client-node";
import type { SandboxInstance } from "../../instance";
import type { Listener } from "../load-balancer/configuration";
import { ObjectWatch } from "../kubernetes/object-watch";
import { Reconciler } from "../kubernetes/reconciler";
import type { Store } from "../state/store";
import { assignAddresses, type Assigned, type Assignment } from "./assignment";
import { serviceListeners } from "./endpoints";
import { ServicePublicIps } from "./public-ips";
import { wantsAddress } from "./request";
import { ServiceClient, type ServiceEvent } from "./service-client";

export interface ServiceControllerSettings {
    config: KubeConfig;
    instance: SandboxInstance;
    store: Store;
    clock: () => Date;
    /** Applies `listeners` to the load balancer, and resolves afterwards. */
    apply: () => Promise<void>;
}

/**
 * Stands in for the cloud controller of AKS ("Cloud Provider Azure", Azure LoadBalancer): assigns addresses to Services of
 * type LoadBalancer.
 */
export class ServiceController {
    private readonly services: ObjectWatch<V1Service>;
    private readonly slices: ObjectWatch<V1EndpointSlice>;
    private readonly client: ServiceClient;
    private readonly publicIps: ServicePublicIps;
    private assigned: readonly Assigned[] = [];
    /** The last event message of each Service by uid. An unchanged message is not sent again. */
    private readonly lastMessages = new Map<string, string>();
    private readonly reconciler = new Reconciler(() => this.reconcile());

    constructor(private readonly settings: ServiceControllerSettings) {
        const { config, instance, store, clock } = settings;
        const core = config.makeApiClient(CoreV1Api);
        const discovery = config.makeApiClient(DiscoveryV1Api);
        this.client = new ServiceClient(core, clock);
        this.publicIps = new ServicePublicIps(store, instance.loadBalancerAddresses, clock);
        this.services = new ObjectWatch(config, "/api/v1/services", () => core.listServiceForAllNamespaces());
        this.slices = new ObjectWatch(config, "/apis/discovery.k8s.io/v1/endpointslices", () =>
            discovery.listEndpointSliceForAllNamespaces(),
        );
    }

    /** Waits for the first lists of Services and their pods. */
    async prepare(): Promise<void> {
        await Promise.all([this.services.start(), this.slices.start()]);
        this.assign(this.services.all());
        this.services.onChange(() => this.changed());
        this.slices.onChange(() => void this.settings.apply());
        this.settings.store.onChange(() => this.changed());
    }

    /** The load balancer's listeners of all Services. */
    listeners(): Listener[] {
        return this.assigned.flatMap(one => serviceListeners(one, this.slices.all()));
    }

    /** Requests a reconciliation, and returns before it. */
    changed(): void {
        this.reconciler.changed();
    }

    async close(): Promise<void> {
        this.reconciler.close();
        await Promise.all([this.services.close(), this.slices.close()]);
    }

    private async reconcile(): Promise<void> {
        // One list for the whole run. A Service that is deleted meanwhile is released in the next run.
        const services = this.services.all();
        const assignments = this.assign(services);
        // The load balancer changes first: an address is published after it works, and released after it has stopped.
        await this.settings.apply();
        this.publicIps.attach(this.assigned);
        await Promise.all([...assignments.map(one => this.publish(one)), ...this.release(services)]);
    }

    private assign(services: readonly V1Service[]): Assignment[] {
        const { store, instance } = this.settings;
        const assignments = assignAddresses(services.filter(wantsAddress), {
            resources: store.all(),
            internalNetwork: instance.internalLoadBalancerAddresses,
            createPublicIp: service => this.publicIps.createFor(service),
        });
        this.assigned = assignments.filter(one => "address" in one);
        return assignments;
    }

    private async publish(assignment: Assignment): Promise<void> {
        const { service } = assignment;
        await this.client.addFinalizer(service);
        if ("refusal" in assignment) {
            await this.client.publish(service, undefined);
            return this.createEvent(service, {
                type: "Warning",
                reason: "SyncLoadBalancerFailed",
                message: `Error syncing load balancer: failed to ensure load balancer: ${assignment.refusal}`,
            });
        }
        await this.client.publish(service, assignment.address);
        const { internal, subnet } = assignment.request;
        const suffix = internal && subnet !== undefined ? ` in subnet ${subnet}` : "";
        await this.createEvent(service, {
            type: "Normal",
            reason: "EnsuredLoadBalancer",
            message: `Ensured load balancer with ${assignment.address}${suffix}`,
        });
    }

    /** Releases the addresses of Services that are being deleted or have changed their type. */
    private release(services: readonly V1Service[]): Promise<void>[] {
        const others = services.filter(service => !wantsAddress(service));
        return others
            .filter(({ spec }) => spec?.loadBalancerClass === undefined)
            .map(async service => {
                this.lastMessages.delete(service.metadata?.uid ?? "");
                if (service.metadata?.deletionTimestamp === undefined)
                    await this.client.publish(service, undefined);
                await this.client.removeFinalizer(service);
            });
    }

    private async createEvent(service: V1Service, event: ServiceEvent): Promise<void> {
        const uid = service.metadata?.uid ?? "";
        if (this.lastMessages.get(uid) === event.message) return;
        await this.client.createEvent(service, event);
        this.lastMessages.set(uid, event.message);
    }
}
