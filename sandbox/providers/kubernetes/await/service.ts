import { isObject, type Properties } from "../../protocol/values";
import { at, listAt, textAt } from "../objects";
import { type Awaiter, type Progress, READY, type Selection, waitingFor } from "./progress";

export const serviceAwaiter: Awaiter = {
    timeout: 600,
    related: service => (needsPods(service) ? [endpointSlicesOf(service)] : []),
    progress: serviceProgress,
};

/** A Service is ready when it selects a ready pod, and has an address if it is a load balancer. */
function serviceProgress(service: Properties, [slices = []]: Properties[][]): Progress {
    const reasons: string[] = [];
    const isReady = slices.flatMap(slice => listAt(slice, "endpoints")).some(isReadyEndpoint);
    if (needsPods(service) && !isReady) {
        reasons.push(
            "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not " +
                "match labels on any Pods",
        );
    }
    const isLoadBalancer = at(service, "spec", "type") === "LoadBalancer";
    if (isLoadBalancer && listAt(service, "status", "loadBalancer", "ingress").length === 0)
        reasons.push("Service was not allocated an IP address; does your cloud provider support this?");
    return reasons.length > 0 ? waitingFor(...reasons) : READY;
}

/** Headless Services and external names need no pods. Without a selector, the endpoints are created separately. */
function needsPods(service: Properties): boolean {
    const selector = at(service, "spec", "selector");
    const isHeadless = at(service, "spec", "clusterIP") === "None";
    const isExternalName = at(service, "spec", "type") === "ExternalName";
    return !isHeadless && !isExternalName && isObject(selector) && Object.keys(selector).length > 0;
}

function isReadyEndpoint(endpoint: Properties): boolean {
    return at(endpoint, "conditions", "ready") !== false;
}

function endpointSlicesOf(service: Properties): Selection {
    return {
        kind: { group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice" },
        namespace: textAt(service, "metadata", "namespace") ?? "default",
        query: { labelSelector: `kubernetes.io/service-name=${textAt(service, "metadata", "name")}` },
    };
}
