import * as os from "node:os";
import * as path from "node:path";

/**
 * Folder, network namespace and loopback addresses of one sandbox. They differ for every number, so up to 16 sandboxes run
 * on one machine at the same time.
 */
export interface SandboxInstance {
    /** Value of `AZURE_SECURE_INFERENCE_SANDBOX`, 0 by default. Tests and benchmarks use other numbers. */
    number: number;
    /** State of this sandbox (etcd, ARM resources, keys, logs), mode 0700. Outside of the checkout. */
    stateFolder: string;
    /** Name of the network namespace of the Kubernetes node. */
    namespace: string;
    /** The ARM server: HTTPS, bearer token. */
    arm: { address: string; port: number };
    /** The DNS server, UDP and TCP. Port 53 as root, 8053 otherwise. */
    dns: { address: string; port: number };
    /**
     * A second DNS server with the same records. It answers with the addresses that pods use instead of the loopback
     * addresses. Its port is not 53 because the gateway redirects port 53 of every host address to CoreDNS.
     */
    dnsForPods: { address: string; port: number };
    /** The /22 block of loopback addresses of this sandbox. It contains all addresses above and below. */
    addresses: string;
    /** Where the gateway listens for the Kubernetes API server, which itself listens inside the namespace only. */
    kubernetes: { address: string; port: number };
    /** First three octets of the addresses that container groups get as public addresses. */
    containerGroupAddresses: string;
    /** First three octets of the addresses that load balancers and public IP addresses get. */
    loadBalancerAddresses: string;
    /** First three octets of the addresses that internal load balancers get. */
    internalLoadBalancerAddresses: string;
}

/** Sixteen instances fit between 127.0.60.0 and 127.0.123.255, four /24 networks each. */
const LAST_INSTANCE = 15;

/** The sandbox that the environment selects. @throws if the number is not 0 to 15 or the state folder's path is too long */
export function sandboxInstance(environment: NodeJS.ProcessEnv = process.env): SandboxInstance {
    const text = environment.AZURE_SECURE_INFERENCE_SANDBOX ?? "0";
    const number = Number(text);
    if (!/^\d+$/.test(text) || number > LAST_INSTANCE) {
        throw new Error(
            `AZURE_SECURE_INFERENCE_SANDBOX: "${text}" is not a whole number from 0 to ${LAST_INSTANCE}.`,
        );
    }
    const block = 60 + 4 * number;
    return {
        number,
        stateFolder: stateFolder(number, environment),
        namespace: `inference-sandbox-${number}`,
        arm: { address: `127.0.${block}.1`, port: 8443 },
        dns: { address: `127.0.${block}.53`, port: process.getuid?.() === 0 ? 53 : 8053 },
        dnsForPods: { address: `127.0.${block}.54`, port: 8053 },
        addresses: `127.0.${block}.0/22`,
        kubernetes: { address: `127.0.${block}.6`, port: 6443 },
        containerGroupAddresses: `127.0.${block + 1}`,
        loadBalancerAddresses: `127.0.${block + 2}`,
        internalLoadBalancerAddresses: `127.0.${block + 3}`,
    };
}

/** The kubelet creates sockets up to 42 bytes below the state folder, and Linux limits their paths to 107 bytes (unix(7)). */
const MAX_STATE_FOLDER_BYTES = 65;

function stateFolder(number: number, environment: NodeJS.ProcessEnv): string {
    const stateHome = environment.XDG_STATE_HOME || path.join(os.homedir(), ".local", "state");
    const folder = path.join(stateHome, "azure-secure-inference", `sandbox-${number}`);
    if (Buffer.byteLength(folder) <= MAX_STATE_FOLDER_BYTES) return folder;
    throw new Error(
        `The sandbox's state folder ${folder} has ${Buffer.byteLength(folder)} bytes, and sockets in it allow ${MAX_STATE_FOLDER_BYTES}. ` +
            "Set XDG_STATE_HOME to a shorter path.",
    );
}
