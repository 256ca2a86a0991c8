import type { SandboxInstance } from "../instance";
import type { Daemon } from "../processes/daemon";
import { type Bindfs, mountSharesCommand } from "./azure-files";
import { nodeFolder } from "./configuration";
import type { ControlGroups } from "./control-groups";
import type { ClusterCredentials } from "./credentials";
import {
    apiServerOptions,
    controllerManagerOptions,
    etcdOptions,
    kubeletOptions,
    kubeProxyOptions,
    metricsServerOptions,
    schedulerOptions,
} from "./daemon-options";
import type { NodeNamespaces } from "./namespace";
import type { NodeTools } from "./tools";

/** Daemons that create or restart containers. They are stopped before the containers. */
export const CONTAINER_MANAGERS = ["kubelet", "kube-controller-manager", "kube-scheduler"] as const;

/** Names of the node's daemons. */
export const NODE_DAEMONS = [
    ...CONTAINER_MANAGERS,
    "metrics-server",
    "coredns",
    "kube-proxy",
    "containerd",
    "azure-files",
    "kube-apiserver",
    "etcd",
] as const;

export type NodeDaemons = Record<(typeof NODE_DAEMONS)[number], Daemon>;

/** Programs, namespaces and credentials for the daemons of a node. */
export interface NodeParts {
    tools: NodeTools;
    groups: ControlGroups;
    namespaces: NodeNamespaces;
    credentials: ClusterCredentials;
    bindfs: Bindfs | undefined;
}

/** The daemons of a node. All run in the node's namespaces and in the sandbox's control group. */
export function nodeDaemons(instance: SandboxInstance, parts: NodeParts): NodeDaemons {
    const { tools, groups, namespaces, credentials, bindfs } = parts;
    const daemon = (name: string, command: readonly string[], environment = tools.environment): Daemon => ({
        name,
        command: namespaces.inNode(command),
        environment,
        controlGroups: groups.daemons,
    });
    const kubernetes = (name: string, options: readonly string[], environment?: NodeJS.ProcessEnv) =>
        daemon(name, [tools.kubernetes(name), ...options], environment);
    const addon = (name: string, options: readonly string[]) => daemon(name, [tools.addon(name), ...options]);
    return {
        etcd: daemon("etcd", [tools.etcd, ...etcdOptions(instance)]),
        "kube-apiserver": kubernetes("kube-apiserver", apiServerOptions(credentials)),
        "kube-controller-manager": kubernetes(
            "kube-controller-manager",
            controllerManagerOptions(instance, credentials),
        ),
        "kube-scheduler": kubernetes("kube-scheduler", schedulerOptions(credentials)),
        containerd: daemon("containerd", [
            tools.containerd,
            `--config=${nodeFolder(instance, "containerd.toml")}`,
        ]),
        kubelet: kubernetes("kubelet", kubeletOptions(instance, credentials)),
        "kube-proxy": kubernetes("kube-proxy", kubeProxyOptions(credentials), tools.iptablesEnvironment),
        "azure-files": daemon(
            "azure-files",
            mountSharesCommand(instance, bindfs),
            bindfs?.environment ?? process.env,
        ),
        coredns: addon("coredns", [`-conf=${nodeFolder(instance, "Corefile")}`, "-quiet"]),
        "metrics-server": addon("metrics-server", metricsServerOptions(credentials)),
    };
}
