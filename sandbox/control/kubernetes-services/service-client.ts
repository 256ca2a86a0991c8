import {
    ApiException,
    type CoreV1Api,
    PatchStrategy,
    setHeaderOptions,
    type V1LoadBalancerIngress,
    type V1Service,
} from "@kubernetes/client-node";
import { publishedAddress } from "./request";

/** Keeps a Service until its address has been taken back (Kubernetes, "Garbage collecting load balancers"). */
const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";

const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** What the cloud controller writes into Services. */
export class ServiceClient {
    constructor(
        private readonly api: CoreV1Api,
        private readonly clock: () => Date,
    ) {}

    /** Asks Kubernetes not to let go of the Service before `release`. */
    async hold(service: V1Service): Promise<void> {
        const finalizers = service.metadata?.finalizers ?? [];
        if (!finalizers.includes(FINALIZER)) await this.setFinalizers(service, [...finalizers, FINALIZER]);
    }

    /** Tells clients the address, or that there is none. */
    async publish(service: V1Service, address: string | undefined): Promise<void> {
        const [first, ...more] = service.status?.loadBalancer?.ingress ?? [];
        const ipMode = address === undefined ? undefined : "Proxy";
        if (publishedAddress(service) === address && first?.ipMode === ipMode && more.length === 0) return;
        // "Proxy": nodes must not take a short cut, the address is the load balancer's own.
        const ingress: V1LoadBalancerIngress[] = address === undefined ? [] : [{ ip: address, ipMode }];
        const { namespace, name } = named(service);
        const body = { status: { loadBalancer: { ingress } } };
        await ifThere(this.api.patchNamespacedServiceStatus({ namespace, name, body }, MERGE));
    }

    /** Lets Kubernetes delete the Service. */
    async release(service: V1Service): Promise<void> {
        const finalizers = service.metadata?.finalizers ?? [];
        if (!finalizers.includes(FINALIZER)) return;
        await this.setFinalizers(
            service,
            finalizers.filter(one => one !== FINALIZER),
        );
    }

    async event(
        service: V1Service,
        type: "Normal" | "Warning",
        reason: string,
        message: string,
    ): Promise<void> {
        const { namespace, name } = named(service);
        const now = this.clock();
        await ifThere(
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
        const { namespace, name } = named(service);
        // With the version, so that somebody else's finalizer is not lost.
        const body = { metadata: { resourceVersion: service.metadata?.resourceVersion, finalizers } };
        await ifThere(this.api.patchNamespacedService({ namespace, name, body }, MERGE));
    }
}

function named({ metadata }: V1Service): { namespace: string; name: string } {
    return { namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" };
}

/** A Service that is gone needs nothing any more; nor can a namespace that ends take an event. */
async function ifThere(work: Promise<unknown>): Promise<void> {
    try {
        await work;
    } catch (error) {
        if (!(error instanceof ApiException && (error.code === 404 || error.code === 403))) throw error;
    }
}
