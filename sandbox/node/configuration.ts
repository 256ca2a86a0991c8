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

/** Where the node keeps what outlives it: etcd's data, images, volumes. */
export function nodeFolder(instance: SandboxInstance, ...parts: string[]): string {
    return path.join(instance.stateFolder, "node", ...parts);
}

/** containerd's socket. It can be reached from the host too. */
export function containerdSocket(instance: SandboxInstance): string {
    return path.join(nodeRunFolder(instance), "containerd.sock");
}

/** One bridge: pods reach each other, Services, the node, and through its door the sandbox's addresses on the host. */
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

/** Version 2 of the format, which every containerd from 1.5 on reads. */
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
            // Without CAP_SYS_RESOURCE nobody may ask for less than its parent's score, and every pod would fail.
            restrict_oom_score_adj: true,
            disable_apparmor: true,
            disable_hugetlb_controller: true,
            tolerate_missing_hugetlb_controller: true,
            // As on Azure (and in Docker), a container that is not root may listen on port 443.
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
        // Images that were built here cannot be pulled again, so none is ever removed to make room.
        imageGCHighThresholdPercent: 100,
        // The disk is the user's own. That it is nearly full is no reason to evict containers.
        evictionHard: { "memory.available": "50Mi" },
        podLogsDir: nodeFolder(instance, "pod-logs"),
        volumePluginDir: nodeFolder(instance, "volume-plugins"),
        // A container group that was deleted or put again should not keep anyone waiting.
        syncFrequency: "10s",
        nodeStatusUpdateFrequency: "10s",
    });
}

/**
 * CoreDNS's configuration, with the times of AKS: an answer may be up to 30 seconds old. Names outside of the cluster are
 * the sandbox's, which knows no others. The second server has them for container groups, and for those who ask the name
 * servers of a zone themselves.
 */
export function namesConfiguration(instance: SandboxInstance, credentials: ClusterCredentials): string {
    const { address, port } = instance.dnsForPods;
    // Through the door, which passes on TCP.
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
        `        kubeconfig ${credentials.kubeconfigs.names}`,
        "        pods insecure",
        "        ttl 30",
        "    }",
        ...forward,
        "}",
        `.:${NODE_PORTS.azureNames} {`,
        `    bind ${NODE_ADDRESS}`,
        "    errors",
        ...forward,
        "}",
        "",
    ].join("\n");
}
