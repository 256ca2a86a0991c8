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

export const CLUSTER_DOMAIN = "cluster.local";
