import * as os from "node:os";
import * as path from "node:path";

/** Where one sandbox lives: several can run side by side without meeting (tests use number 1, the bench 2). */
export interface SandboxInstance {
    /** 0 unless `AZURE_SECURE_INFERENCE_SANDBOX` names another. */
    number: number;
    /** State of this sandbox (etcd, ARM, keys, logs), mode 0700. Outside of the checkout. */
    stateFolder: string;
    /** The network namespace that holds the Kubernetes node. */
    namespace: string;
    /** The ARM server: HTTPS, bearer token. */
    arm: { address: string; port: number };
    /** The DNS server, UDP and TCP. Port 53 as root, 8053 otherwise. */
    dns: { address: string; port: number };
    /** The same names for the sandbox's pods, with the addresses by which pods get there. Not port 53: that is CoreDNS's. */
    dnsForPods: { address: string; port: number };
    /** The sandbox's block of loopback addresses, as a network: all others below are in it. */
    addresses: string;
    /** The door to the Kubernetes API server, which itself listens inside the namespace. */
    kubernetes: { address: string; port: number };
    /** First three octets of the addresses that stand for public addresses of container groups. */
    containerGroupAddresses: string;
    /** First three octets of the addresses that stand for public addresses of load balancers. */
    loadBalancerAddresses: string;
    /** First three octets of the addresses that stand for those of internal load balancers, in a virtual network. */
    internalLoadBalancerAddresses: string;
}

/** Sixteen instances fit between 127.0.60.0 and 127.0.123.255, four /24 networks each. */
const LAST_INSTANCE = 15;

/** The sandbox that the environment chooses. Throws when the number is not 0 to 15. */
export function sandboxInstance(environment: NodeJS.ProcessEnv = process.env): SandboxInstance {
    const text = environment.AZURE_SECURE_INFERENCE_SANDBOX ?? "0";
    const number = Number(text);
    if (!/^\d+$/.test(text) || number > LAST_INSTANCE) {
        throw new Error(
            `AZURE_SECURE_INFERENCE_SANDBOX is "${text}"; it must be a whole number from 0 to ${LAST_INSTANCE}.`,
        );
    }
    const block = 60 + 4 * number;
    const stateHome = environment.XDG_STATE_HOME || path.join(os.homedir(), ".local", "state");
    return {
        number,
        stateFolder: path.join(stateHome, "azure-secure-inference", `sandbox-${number}`),
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
