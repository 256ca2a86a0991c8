import type { V1EndpointSlice, V1Service } from "@kubernetes/client-node";
import type { BackEnd, Listener } from "../load-balancer/configuration";
import type { Assigned } from "./assignment";
import { qualifiedName } from "./request";

/** Label of an EndpointSlice with the name of its Service. */
const SERVICE_LABEL = "kubernetes.io/service-name";

/** The load balancer's listeners of a Service, one for each port. */
export function serviceListeners(
    { service, request, address }: Assigned,
    slices: readonly V1EndpointSlice[],
): Listener[] {
    const ofService = slices.filter(slice => belongsTo(slice, service));
    return (service.spec?.ports ?? []).map(({ name, port }) => ({
        owner: `Service ${qualifiedName(service)}`,
        address,
        port,
        sources: request.sources,
        servers: readyServers(ofService, name),
    }));
}

/** The ready pods. A terminating pod keeps its connections and gets no new ones. */
function readyServers(slices: readonly V1EndpointSlice[], portName: string | undefined): BackEnd[] {
    const servers = slices.flatMap(({ endpoints, ports }) => {
        const port = ports?.find(({ name }) => (name ?? "") === (portName ?? ""))?.port;
        if (port === undefined) return [];
        return (endpoints ?? [])
            .filter(({ conditions }) => conditions?.ready !== false && conditions?.terminating !== true)
            .flatMap(({ addresses: [address] }) => (address === undefined ? [] : [{ address, port }]));
    });
    // A pod may be in two slices temporarily.
    const byName = new Map(servers.map(server => [`${server.address}:${server.port}`, server]));
    return [...byName.values()].sort((one, other) => one.address.localeCompare(other.address));
}

function belongsTo({ metadata, addressType }: V1EndpointSlice, service: V1Service): boolean {
    return (
        addressType === "IPv4" &&
        metadata?.namespace === service.metadata?.namespace &&
        metadata?.labels?.[SERVICE_LABEL] === service.metadata?.name
    );
}
