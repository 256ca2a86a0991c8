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
export const NODE_PORTS = { dns: 53, dnsReady: 10_053, proxyHealth: 10_256, metrics: 10_443 };
