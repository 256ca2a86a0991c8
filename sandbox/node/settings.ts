/** The node's own address, inside of its network namespace only. */
export const NODE_ADDRESS = "10.200.0.1";

/** The port of the API server at the node's address. */
export const API_SERVER_PORT = 6443;

/** The node's name. */
export const NODE_NAME = "node";

/** Addresses of pods. */
export const POD_NETWORK = "10.244.0.0/24";

/** Addresses of Services. */
export const SERVICE_NETWORK = "10.96.0.0/16";

/** The first address of `SERVICE_NETWORK` belongs to the API server. */
export const API_SERVER_SERVICE_ADDRESS = "10.96.0.1";

/** The cluster's DNS server as a Service. Pods ask the server itself, at the node's address. */
export const DNS_SERVICE_ADDRESS = "10.96.0.10";

export const CLUSTER_DOMAIN = "cluster.local";

/** Ports at the node's address, beside the API server's: below those of NodePort Services, and rarely taken by others. */
export const NODE_PORTS = {
    dns: 53,
    dnsReady: 10_053,
    /** Names outside of the cluster alone, and never from memory. */
    azureNames: 10_054,
    /** The way out to the sandbox's own addresses on the host. */
    door: 10_080,
    proxyHealth: 10_256,
    metrics: 10_443,
    /** Where the API server asks what to change in pods. */
    admission: 10_444,
};

/** Azure's own resolver, for container groups (IP address 168.63.129.16). */
export const AZURE_RESOLVER = "168.63.129.16";

/** AKS's driver for Azure Files and the storage classes that every cluster has for it. */
export const AZURE_FILE_DRIVER = "file.csi.azure.com";
export const AZURE_FILE_CLASSES: readonly string[] = ["azurefile-csi", "azurefile-csi-premium"];

/** Azure's instance metadata service. */
export const METADATA_ADDRESS = "169.254.169.254";

/**
 * How pods and the node know the host's 127.0.0.0/16, whose addresses are their own to them. A network for tests (RFC
 * 2544) that nothing else uses.
 */
export const HOST_NETWORK = "198.18.0.0/16";

/** The address by which pods get to a loopback address of the host. @example "127.0.61.1" is "198.18.61.1" */
export function addressForPods(address: string): string {
    return address.replace(/^127\.0\./, "198.18.");
}
