import {
    type CoreV1Api,
    PatchStrategy,
    setHeaderOptions,
    type V1LoadBalancerIngress,
    type V1Service,
} from "@kubernetes/client-node";
import { ignoringStatus } from "../kubernetes/api-errors";
import { publishedAddress } from "./request";

/** Delays the deletion of a Service until its address is released (Kubernetes, "Garbage collecting load balancers"). */
const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";

/** An event of a Service, as `kubectl describe` shows it. */
export interface ServiceEvent {
    type: "Normal" | "Warning";
    reason: string;
    message: string;
}

const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** Writes the finalizer, the status and the events of Services. */
export class ServiceClient {
    constructor(
        private readonly api: CoreV1Api,
        private readonly clock: () => Date,
    ) {}

    /** Adds the finalizer. */
    async addFinalizer(service: V1Service): Promise<void> {
        const finalizers = service.metadata?.finalizers ?? [];
        if (!finalizers.includes(FINALIZER)) await this.setFinalizers(service, [...finalizers, FINALIZER]);
    }

    /** Sets the address in the status, or removes it. */
    async publish(service: V1Service, address: string | undefined): Promise<void> {
        const [first, ...more] = service.status?.loadBalancer?.ingress ?? [];
        const ipMode = address === undefined ? undefined : "Proxy";
        if (publishedAddress(service) === address && first?.ipMode === ipMode && more.length === 0) return;
        // "Proxy": kube-proxy must not route the address to pods directly, because only the load balancer listens on it.
        const ingress: V1LoadBalancerIngress[] = address === undefined ? [] : [{ ip: address, ipMode }];
        const { namespace, name } = nameOf(service);
        const body = { status: { loadBalancer: { ingress } } };
        await unlessDeleted(this.api.patchNamespacedServiceStatus({ namespace, name, body }, MERGE));
    }

    /** Removes the finalizer, after which Kubernetes can delete the Service. */
    async removeFinalizer(service: V1Service): Promise<void> {
        const finalizers = service.metadata?.finalizers ?? [];
        if (!finalizers.includes(FINALIZER)) return;
        await this.setFinalizers(
            service,
            finalizers.filter(finalizer => finalizer !== FINALIZER),
        );
    }

    async createEvent(service: V1Service, { type, reason, message }: ServiceEvent): Promise<void> {
        const { namespace, name } = nameOf(service);
        const now = this.clock();
        await unlessDeleted(
            this.api.createNamespacedEvent({
                namespace,
                body: {
                    metadata: { generateName: `${name}.`, namespace },
                    involvedObject: {
                        apiVersion: "v1",
                        kind: "Service",
                        namespace,
                        name,
                        uid: service.metadata?.uid,
                    },
                    type,
                    reason,
                    message,
                    source: { component: "service-controller" },
                    firstTimestamp: now,
                    lastTimestamp: now,
                    count: 1,
                },
            }),
        );
    }

    private async setFinalizers(service: V1Service, finalizers: string[]): Promise<void> {
        const { namespace, name } = nameOf(service);
        // The version makes Kubernetes refuse the change if another client has changed the finalizers.
        const body = { metadata: { resourceVersion: service.metadata?.resourceVersion, finalizers } };
        await unlessDeleted(this.api.patchNamespacedService({ namespace, name, body }, MERGE));
    }
}

function nameOf({ metadata }: V1Service): { namespace: string; name: string } {
    return { namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" };
}

/** Ignores that the Service has been deleted (404), or that its namespace is being deleted (403). */
function unlessDeleted(request: Promise<unknown>): Promise<void> {
    return ignoringStatus([404, 403], request);
}
