/** Addresses, ports and names of the Kubernetes node. */

/** The node's address. It exists in the node's network namespace only. */
export const NODE_ADDRESS = "10.200.0.1";

/** The port of the API server at the node's address. */
export const API_SERVER_PORT = 6443;

/** The node's name. */
export const NODE_NAME = "node";

/** The network of the pods. */
export const POD_NETWORK = "10.244.0.0/24";

/** The network of the Services. */
export const SERVICE_NETWORK = "10.96.0.0/16";

/** Service address of the API server: always the first address of `SERVICE_NETWORK`. */
export const API_SERVER_SERVICE_ADDRESS = "10.96.0.1";

/** Service address of the cluster's DNS server. Pods use the server directly, at the node's address. */
export const DNS_SERVICE_ADDRESS = "10.96.0.10";

export const CLUSTER_DOMAIN = "cluster.local";

/** Other ports at the node's address. They are below the range of NodePort Services and rarely used by other programs. */
export const NODE_PORTS = {
    dns: 53,
    dnsReady: 10_053,
    /** CoreDNS for names outside of the cluster, without a cache. */
    azureDns: 10_054,
    /** The gateway to the sandbox's loopback addresses on the host. */
    gateway: 10_080,
    proxyHealth: 10_256,
    metrics: 10_443,
    /** The admission webhook for pods. */
    admission: 10_444,
};

/** Azure's DNS resolver, which container groups use. */
export const AZURE_RESOLVER = "168.63.129.16";

/** The CSI driver for Azure Files in AKS, and its storage classes, which every AKS cluster has. */
export const AZURE_FILE_DRIVER = "file.csi.azure.com";
export const AZURE_FILE_CLASSES: readonly string[] = ["azurefile-csi", "azurefile-csi-premium"];

/** Azure's instance metadata service. */
export const METADATA_ADDRESS = "169.254.169.254";

/**
 * The network by which pods and the node address the host's 127.0.0.0/16. Inside of a pod, 127.0.0.0/16 is the pod itself.
 * The network is reserved for benchmarks (RFC 2544), so no real host has an address in it.
 */
export const HOST_NETWORK = "198.18.0.0/16";

/** The address by which pods reach a loopback address of the host. @example "127.0.61.1" is "198.18.61.1" */
export function addressForPods(address: string): string {
    return address.replace(/^127\.0\./, "198.18.");
}
