import type { ArmRequest } from "./case";

const LOCATION = "westeurope";

/** Requests as the components send them, with one change each. */
interface GroupChange {
    name?: string;
    model?: object;
    front?: object;
    properties?: object;
    identity?: object;
    tags?: object;
    location?: string;
}

/** A container group with a model and a front. */
export function containerGroup({
    name = "iris",
    model = {},
    front = {},
    properties = {},
    identity,
    tags,
    location = LOCATION,
}: GroupChange = {}): ArmRequest {
    const { name: modelName = "iris", ...ofModel } = model as { name?: string };
    return {
        path: `/providers/Microsoft.ContainerInstance/containerGroups/${name}`,
        apiVersion: "2023-05-01",
        body: {
            location,
            ...(identity && { identity }),
            ...(tags && { tags }),
            properties: {
                osType: "Linux",
                containers: [
                    {
                        name: "front",
                        properties: {
                            image: "contoso.azurecr.io/haproxy:3.0",
                            ports: [{ port: 443 }, { port: 80 }, { port: 8404 }],
                            resources: { requests: { cpu: 0.9, memoryInGB: 0.5 } },
                            ...front,
                        },
                    },
                    {
                        name: modelName,
                        properties: {
                            image: "contoso.azurecr.io/iris:7",
                            ports: [{ port: 5001 }],
                            resources: { requests: { cpu: 0.1, memoryInGB: 0.5 } },
                            ...ofModel,
                        },
                    },
                ],
                ipAddress: {
                    type: "Public",
                    ports: [{ port: 443 }, { port: 80 }],
                    dnsNameLabel: "iris123456",
                },
                ...properties,
            },
        },
    };
}

/** The requests and limits of a container. */
export function resources(cpu: number, memoryInGB: number, limits?: object): object {
    return { resources: { requests: { cpu, memoryInGB }, ...(limits && { limits }) } };
}

/** A cluster with one pool. */
export function cluster(
    change: { name?: string; pool?: object; network?: object; version?: string } = {},
): ArmRequest {
    const { name = "models", pool = {}, network = {}, version } = change;
    return {
        path: `/providers/Microsoft.ContainerService/managedClusters/${name}`,
        apiVersion: "2025-05-01",
        body: {
            location: LOCATION,
            identity: { type: "SystemAssigned" },
            properties: {
                dnsPrefix: "models",
                ...(version !== undefined && { kubernetesVersion: version }),
                agentPoolProfiles: [{ name: "agents", mode: "System", count: 3, ...pool }],
                networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay", ...network },
            },
        },
    };
}

/** A public IP address with the label of a host name. */
export function publicAddress(label: string, tags: object = {}): ArmRequest {
    return {
        path: "/providers/Microsoft.Network/publicIPAddresses/models",
        apiVersion: "2023-09-01",
        body: {
            location: LOCATION,
            sku: { name: "Standard" },
            tags,
            properties: { publicIPAllocationMethod: "Static", dnsSettings: { domainNameLabel: label } },
        },
    };
}

/** A record set in the zone contoso.com, which exists. */
export function recordSet(name: string, ttl = 300): ArmRequest {
    return {
        path: `/providers/Microsoft.Network/dnsZones/contoso.com/CNAME/${name}`,
        apiVersion: "2018-05-01",
        body: { properties: { TTL: ttl, CNAMERecord: { cname: "iris.westeurope.azurecontainer.io" } } },
    };
}

export function zone(name: string): ArmRequest {
    return {
        path: `/providers/Microsoft.Network/dnsZones/${name}`,
        apiVersion: "2018-05-01",
        body: { location: "global" },
    };
}

export function storageAccount(name: string, tags: object): ArmRequest {
    return {
        path: `/providers/Microsoft.Storage/storageAccounts/${name}`,
        apiVersion: "2024-01-01",
        body: { location: LOCATION, kind: "StorageV2", sku: { name: "Standard_LRS" }, tags, properties: {} },
    };
}
