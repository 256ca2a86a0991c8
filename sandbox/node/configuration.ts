import * as path from "node:path";
import { stringify } from "yaml";
import type { SandboxInstance } from "../instance";
import type { ClusterCredentials } from "./credentials";
import { nodeRunFolder } from "./namespace";
import {
    addressForPods,
    AZURE_RESOLVER,
    CLUSTER_DOMAIN,
    HOST_NETWORK,
    METADATA_ADDRESS,
    NODE_ADDRESS,
    NODE_PORTS,
    POD_NETWORK,
    SERVICE_NETWORK,
} from "./settings";
import type { NodeTools } from "./tools";

/** A path in the folder of the node's persistent state: etcd's data, images, volumes. */
export function nodeFolder(instance: SandboxInstance, ...parts: string[]): string {
    return path.join(instance.stateFolder, "node", ...parts);
}

/** containerd's socket. Programs on the host can connect to it as well. */
export function containerdSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "containerd.sock");
}

/** One bridge with routes to other pods, Services, the node, and the networks that azure-routes.sh redirects to the gateway. */
export function cniConfiguration(): string {
    return JSON.stringify({
        cniVersion: "0.4.0",
        name: "sandbox",
        plugins: [
            {
                type: "bridge",
                bridge: "pods",
                isGateway: true,
                hairpinMode: true,
                ipam: {
                    type: "host-local",
                    ranges: [[{ subnet: POD_NETWORK }]],
                    routes: [
                        `${NODE_ADDRESS}/32`,
                        SERVICE_NETWORK,
                        HOST_NETWORK,
                        `${AZURE_RESOLVER}/32`,
                        `${METADATA_ADDRESS}/32`,
                    ].map(dst => ({ dst })),
                },
            },
        ],
    });
}

/** containerd's configuration in format 2, which containerd 1.5 and later read. */
export function containerdConfiguration(
    instance: SandboxInstance,
    tools: NodeTools,
    pauseImage: string,
): string {
    const run = nodeRunFolder(instance);
    const table = (name: string, values: Record<string, string | number | boolean | string[]>) =>
        [
            `[${name}]`,
            ...Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
        ].join("\n");
    const cri = 'plugins."io.containerd.grpc.v1.cri"';
    return [
        "version = 2",
        `root = ${JSON.stringify(nodeFolder(instance, "containerd"))}`,
        `state = ${JSON.stringify(path.join(run, "containerd"))}`,
        "oom_score = 0",
        table("grpc", { address: containerdSocket(instance) }),
        table('plugins."io.containerd.internal.v1.opt"', { path: nodeFolder(instance, "containerd-opt") }),
        table(cri, {
            sandbox_image: pauseImage,
            // Without CAP_SYS_RESOURCE, no process may set a score below that of its parent, and every pod would fail.
            restrict_oom_score_adj: true,
            disable_apparmor: true,
            disable_hugetlb_controller: true,
            tolerate_missing_hugetlb_controller: true,
            // As on Azure and in Docker, a container without root may listen on ports below 1024.
            enable_unprivileged_ports: true,
            stream_server_address: "127.0.0.1",
        }),
        table(`${cri}.cni`, { bin_dir: tools.cniPlugins, conf_dir: nodeFolder(instance, "cni") }),
        table(`${cri}.containerd`, { snapshotter: "overlayfs", default_runtime_name: "runc" }),
        table(`${cri}.containerd.runtimes.runc`, {
            runtime_type: "io.containerd.runc.v2",
            base_runtime_spec: nodeFolder(instance, "container.json"),
        }),
        table(`${cri}.containerd.runtimes.runc.options`, { BinaryName: tools.runc, SystemdCgroup: false }),
        "",
    ].join("\n");
}

/** The kubelet's configuration. */
export function kubeletConfiguration(
    instance: SandboxInstance,
    credentials: ClusterCredentials,
    cgroupRoot: string,
): string {
    return stringify({
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        address: NODE_ADDRESS,
        port: 10250,
        readOnlyPort: 0,
        healthzBindAddress: "127.0.0.1",
        authentication: {
            anonymous: { enabled: false },
            webhook: { enabled: true },
            x509: { clientCAFile: credentials.authority.certificate },
        },
        authorization: { mode: "Webhook" },
        tlsCertFile: credentials.kubelet.certificate,
        tlsPrivateKeyFile: credentials.kubelet.key,
        containerRuntimeEndpoint: `unix://${containerdSocket(instance)}`,
        cgroupDriver: "cgroupfs",
        cgroupRoot,
        failCgroupV1: false,
        failSwapOn: false,
        oomScoreAdj: 0,
        maxOpenFiles: 20_000,
        makeIPTablesUtilChains: false,
        clusterDomain: CLUSTER_DOMAIN,
        clusterDNS: [NODE_ADDRESS],
        resolvConf: "",
        // Images that were built here cannot be pulled again, so the kubelet must not remove images.
        imageGCHighThresholdPercent: 100,
        // Only memory: the disk is the user's, and a nearly full disk must not evict containers.
        evictionHard: { "memory.available": "50Mi" },
        podLogsDir: nodeFolder(instance, "pod-logs"),
        volumePluginDir: nodeFolder(instance, "volume-plugins"),
        // Shorter than the default, so that the kubelet handles deleted and updated container groups sooner.
        syncFrequency: "10s",
        nodeStatusUpdateFrequency: "10s",
    });
}

/**
 * CoreDNS's configuration. Cache and TTL are those of AKS: 30 seconds. Names outside of the cluster are forwarded to the
 * sandbox's DNS server, which has no names of the Internet. The second server has no cluster names and no cache; container
 * groups use it, and clients that query the name servers of a zone directly.
 */
export function dnsConfiguration(instance: SandboxInstance, credentials: ClusterCredentials): string {
    const { address, port } = instance.dnsForPods;
    // TCP, because the gateway forwards TCP only.
    const forward = [
        `    forward . ${addressForPods(address)}:${port} {`,
        "        force_tcp",
        "        max_fails 0",
        "    }",
    ];
    return [
        `.:${NODE_PORTS.dns} {`,
        `    bind ${NODE_ADDRESS}`,
        `    ready ${NODE_ADDRESS}:${NODE_PORTS.dnsReady}`,
        "    errors",
        "    cache 30",
        "    loadbalance",
        `    kubernetes ${CLUSTER_DOMAIN} in-addr.arpa ip6.arpa {`,
        `        kubeconfig ${credentials.kubeconfigs.coredns}`,
        "        pods insecure",
        "        ttl 30",
        "    }",
        ...forward,
        "}",
        `.:${NODE_PORTS.azureDns} {`,
        `    bind ${NODE_ADDRESS}`,
        "    errors",
        ...forward,
        "}",
        "",
    ].join("\n");
}
