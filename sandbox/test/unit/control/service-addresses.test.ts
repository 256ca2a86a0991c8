import type { V1EndpointSlice, V1Service } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { assignAddresses } from "../../../control/kubernetes-services/assignment";
import { serviceListeners } from "../../../control/kubernetes-services/endpoints";
import { balancerRequest, wantsAddress } from "../../../control/kubernetes-services/request";
import type { Resource } from "../../../control/state/resource";

const PREFIX = "service.beta.kubernetes.io/azure-";
const NETWORKS = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/spoke";

/** @param annotations without their common prefix */
function service(name: string, annotations: Record<string, string> = {}, change: Partial<V1Service> = {}) {
    const prefixed = Object.entries(annotations).map(([key, value]) => [PREFIX + key, value]);
    const result: V1Service = {
        metadata: {
            name,
            namespace: "default",
            uid: `00000000-0000-0000-0000-0000000000${name.length}`,
            annotations: Object.fromEntries(prefixed) as Record<string, string>,
            creationTimestamp: new Date("2026-01-01"),
        },
        spec: { type: "LoadBalancer", ports: [{ name: "https", port: 443 }] },
        ...change,
    };
    return result;
}

function resource(type: string, id: string, change: Partial<Resource> = {}): Resource {
    return {
        id,
        name: id.split("/").at(-1) ?? "",
        type,
        location: "westeurope",
        envelope: { sku: { name: "Standard" } },
        properties: {},
        hidden: {},
        provisioningState: "Succeeded",
        createdAt: "2026-01-01T00:00:00.000Z",
        ...change,
    };
}

function publicIp(group: string, name: string, ip: string, change: Partial<Resource> = {}): Resource {
    const id = `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/${group}/providers/Microsoft.Network/publicIPAddresses/${name}`;
    return resource("Microsoft.Network/publicIPAddresses", id, { hidden: { ip }, ...change });
}

const cluster = resource(
    "Microsoft.ContainerService/managedClusters",
    "/subscriptions/s/resourceGroups/ml/providers/Microsoft.ContainerService/managedClusters/aks",
);

/** Address or refusal of each Service by name. */
function assigned(services: V1Service[], resources: Resource[]): Record<string, string> {
    const assignments = assignAddresses(services, {
        resources,
        internalNetwork: "127.0.63",
        createPublicIp: ({ metadata }) => publicIp("made", metadata?.name ?? "", "127.0.62.200"),
    });
    return Object.fromEntries(
        assignments.map(one => [
            one.service.metadata?.name ?? "",
            "refusal" in one ? one.refusal : one.address,
        ]),
    );
}

describe("the address of a Service", () => {
    const named = { "pip-name": "Front", "load-balancer-resource-group": "Secure" };

    it("is that of the named public IP address, in any case", () => {
        expect(assigned([service("front", named)], [publicIp("secure", "front", "127.0.62.7")])).toEqual({
            front: "127.0.62.7",
        });
    });

    it("is that of a public IP address in the node resource group by default", () => {
        const resources = [cluster, publicIp("MC_ml_aks_westeurope", "front", "127.0.62.7")];
        expect(assigned([service("front", { "pip-name": "front" })], resources).front).toBe("127.0.62.7");
        expect(assigned([service("front", { "pip-name": "other" })], resources).front).toBe(
            "public IP other was not found in resource group MC_ml_aks_westeurope",
        );
        const own = { ...cluster, properties: { nodeResourceGroup: "nodes" } };
        expect(
            assigned(
                [service("front", { "pip-name": "front" })],
                [own, publicIp("nodes", "front", "127.0.62.8")],
            ).front,
        ).toBe("127.0.62.8");
    });

    it.each([
        ["Basic", publicIp("secure", "front", "127.0.62.7", { envelope: {} }), /^PublicIPAndLBSkuDoNotMatch/],
        [
            "in another region",
            publicIp("secure", "front", "127.0.62.7", { location: "eastus" }),
            /is in eastus, the cluster is in westeurope$/,
        ],
        [
            "being deleted",
            publicIp("secure", "front", "127.0.62.7", { provisioningState: "Deleting" }),
            /^public IP Front was not found/,
        ],
    ])("is refused if the public IP address is %s", (_, address, refusal) => {
        expect(assigned([service("front", named)], [cluster, address]).front).toMatch(refusal);
    });

    it("can be shared on different ports, and stays with the Service that has it", () => {
        const holder = service("holder", named, {
            status: { loadBalancer: { ingress: [{ ip: "127.0.62.7" }] } },
        });
        holder.metadata!.creationTimestamp = new Date("2026-02-01");
        const plain = service("plain", named, { spec: { type: "LoadBalancer", ports: [{ port: 80 }] } });
        const older = service("older", named);
        expect(assigned([older, plain, holder], [publicIp("Secure", "front", "127.0.62.7")])).toEqual({
            holder: "127.0.62.7",
            plain: "127.0.62.7",
            older: "a port of 127.0.62.7 that this Service uses belongs to Service default/holder",
        });
    });

    it("is that of a new public IP address if none is named", () => {
        expect(assigned([service("front")], [])).toEqual({ front: "127.0.62.200" });
    });

    it("is an internal one on request, and stays the same", () => {
        const inside = { "load-balancer-internal": "true" };
        const existing = service("existing", inside, {
            status: { loadBalancer: { ingress: [{ ip: "127.0.63.1" }] } },
        });
        expect(assigned([service("new", inside), existing], [])).toEqual({
            new: "127.0.63.2",
            existing: "127.0.63.1",
        });
    });

    it("is refused for a subnet that no existing virtual network has", () => {
        const inside = service("in", {
            "load-balancer-internal": "true",
            "load-balancer-internal-subnet": "a",
        });
        const network = (subnets: unknown[]) =>
            resource("Microsoft.Network/virtualNetworks", NETWORKS, { properties: { subnets } });
        const subnet = resource("Microsoft.Network/virtualNetworks/subnets", `${NETWORKS}/subnets/a`);
        expect(assigned([inside], []).in).toBe("127.0.63.1");
        expect(assigned([inside], [network([])]).in).toBe("subnet a was not found in a virtual network");
        expect(assigned([inside], [network([{ name: "A" }])]).in).toBe("127.0.63.1");
        expect(assigned([inside], [network([]), subnet]).in).toBe("127.0.63.1");
    });

    it("is refused for UDP", () => {
        const spec = { type: "LoadBalancer", ports: [{ port: 53, protocol: "UDP" }] };
        expect(assigned([service("dns", {}, { spec })], []).dns).toMatch(/only TCP$/);
    });
});

describe("the annotations of a Service", () => {
    it.each([
        ["ClusterIP", service("one", {}, { spec: { type: "ClusterIP" } }), false],
        [
            "another class",
            service("one", {}, { spec: { type: "LoadBalancer", loadBalancerClass: "x/y" } }),
            false,
        ],
        ["being deleted", service("one", {}, { metadata: { deletionTimestamp: new Date() } }), false],
        ["LoadBalancer", service("one"), true],
    ])("request an address: %s", (_, one, wanted) => {
        expect(wantsAddress(one)).toBe(wanted);
    });

    it("allow the listed client ranges, by default those of the Service, and none if all are invalid", () => {
        const spec = { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] };
        const sources = (ranges?: string, change = {}) =>
            balancerRequest(
                service("one", ranges === undefined ? {} : { "allowed-ip-ranges": ranges }, change),
            ).sources;
        expect(sources()).toBeUndefined();
        expect(sources(undefined, { spec })).toEqual(["10.0.0.0/8"]);
        expect(sources("192.0.2.0/24, 198.51.100.7/32", { spec })).toEqual([
            "192.0.2.0/24",
            "198.51.100.7/32",
        ]);
        expect(sources("everybody")).toEqual([]);
        expect(sources("10.0.0.0/33,10.0.0.1,2001:db8::/32")).toEqual([]);
    });
});

describe("the back ends of a Service", () => {
    const front = service("front");
    const publicAddress = { service: front, request: balancerRequest(front), address: "127.0.62.7" };
    const slice = (change: Partial<V1EndpointSlice>): V1EndpointSlice => ({
        metadata: { namespace: "default", labels: { "kubernetes.io/service-name": "front" } },
        addressType: "IPv4",
        ports: [{ name: "https", port: 8443 }],
        endpoints: [],
        ...change,
    });
    const servers = (...slices: V1EndpointSlice[]) =>
        serviceListeners(publicAddress, slices)[0]?.servers.map(({ address, port }) => `${address}:${port}`);

    it("are the ready pods, at the target port", () => {
        const endpoints = [
            { addresses: ["10.244.0.9"], conditions: { ready: true } },
            { addresses: ["10.244.0.7"], conditions: {} },
            { addresses: ["10.244.0.8"], conditions: { ready: false } },
            { addresses: ["10.244.0.6"], conditions: { ready: true, terminating: true } },
        ];
        expect(servers(slice({ endpoints }), slice({ endpoints }))).toEqual([
            "10.244.0.7:8443",
            "10.244.0.9:8443",
        ]);
    });

    it("are not those of another Service, address family or port", () => {
        const endpoints = [{ addresses: ["10.244.0.9"], conditions: { ready: true } }];
        const label = (namespace: string, name: string) => ({
            metadata: { namespace, labels: { "kubernetes.io/service-name": name } },
            endpoints,
        });
        expect(
            servers(
                slice(label("other", "front")),
                slice(label("default", "other")),
                slice({ endpoints, addressType: "IPv6" }),
                slice({ endpoints, ports: [{ name: "metrics", port: 8404 }] }),
            ),
        ).toEqual([]);
    });
});

describe("the idle time-out of a load balancer", () => {
    const request = (minutes: string) =>
        balancerRequest(service("front", { "load-balancer-tcp-idle-timeout": minutes }));

    it.each(["4", "11", "30"])("is accepted: %s minutes", minutes =>
        expect(() => request(minutes)).not.toThrow(),
    );

    it.each(["3", "31", "4.5", "5m"])("is refused: %s", minutes =>
        expect(() => request(minutes)).toThrow(`idle timeout value '${minutes}' must be a whole number`),
    );
});
