import type { Daemon } from "../daemons/daemon";
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "./configuration";
import type { ControlGroups } from "./control-groups";
import type { ClusterCredentials } from "./credentials";
import type { NodeNamespaces } from "./namespace";
import { API_SERVER_PORT, CLUSTER_DOMAIN, NODE_ADDRESS, NODE_NAME, SERVICE_NETWORK } from "./settings";
import type { NodeTools } from "./tools";

/** Names of the node's daemons in the order in which they are stopped: those that restart others come first. */
export const NODE_DAEMONS = [
    "kubelet",
    "kube-controller-manager",
    "kube-scheduler",
    "containerd",
    "kube-apiserver",
    "etcd",
] as const;

/** What the daemons of a node are made from. */
export interface NodeParts {
    tools: NodeTools;
    groups: ControlGroups;
    namespaces: NodeNamespaces;
    credentials: ClusterCredentials;
}

/** The daemons of a node. */
export function nodeDaemons(
    instance: SandboxInstance,
    { tools, groups, namespaces, credentials }: NodeParts,
): Record<(typeof NODE_DAEMONS)[number], Daemon> {
    const daemon = (name: string, program: string, options: readonly string[]): Daemon => ({
        name,
        command: namespaces.inside([program, ...options]),
        environment: tools.environment,
        controlGroups: groups.daemons,
    });
    const kubernetes = (name: string, options: readonly string[]) =>
        daemon(name, tools.kubernetes(name), options);
    const etcdClients = "http://127.0.0.1:2379";
    const etcdPeers = "http://127.0.0.1:2380";
    return {
        etcd: daemon("etcd", tools.etcd, [
            "--name=node",
            `--data-dir=${nodeFolder(instance, "etcd")}`,
            `--listen-client-urls=${etcdClients}`,
            `--advertise-client-urls=${etcdClients}`,
            `--listen-peer-urls=${etcdPeers}`,
            `--initial-advertise-peer-urls=${etcdPeers}`,
            `--initial-cluster=node=${etcdPeers}`,
            "--auto-compaction-retention=1h",
            "--logger=zap",
            "--log-level=warn",
        ]),
        "kube-apiserver": kubernetes("kube-apiserver", [
            `--etcd-servers=${etcdClients}`,
            `--bind-address=${NODE_ADDRESS}`,
            `--advertise-address=${NODE_ADDRESS}`,
            `--secure-port=${API_SERVER_PORT}`,
            `--service-cluster-ip-range=${SERVICE_NETWORK}`,
            `--client-ca-file=${credentials.authority.certificate}`,
            `--tls-cert-file=${credentials.apiServer.certificate}`,
            `--tls-private-key-file=${credentials.apiServer.key}`,
            `--kubelet-client-certificate=${credentials.apiServerToKubelet.certificate}`,
            `--kubelet-client-key=${credentials.apiServerToKubelet.key}`,
            `--kubelet-certificate-authority=${credentials.authority.certificate}`,
            "--kubelet-preferred-address-types=InternalIP",
            `--service-account-issuer=https://kubernetes.default.svc.${CLUSTER_DOMAIN}`,
            `--service-account-key-file=${credentials.serviceAccounts.publicKey}`,
            `--service-account-signing-key-file=${credentials.serviceAccounts.privateKey}`,
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged=true",
            "--profiling=false",
        ]),
        "kube-controller-manager": kubernetes("kube-controller-manager", [
            `--kubeconfig=${credentials.kubeconfigs.controllerManager}`,
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            "--use-service-account-credentials=true",
            `--service-account-private-key-file=${credentials.serviceAccounts.privateKey}`,
            `--root-ca-file=${credentials.authority.certificate}`,
            "--allocate-node-cidrs=false",
            "--controllers=*,-nodeipam,-node-route-controller,-cloud-node-lifecycle-controller",
            `--flex-volume-plugin-dir=${nodeFolder(instance, "volume-plugins")}`,
            "--profiling=false",
        ]),
        "kube-scheduler": kubernetes("kube-scheduler", [
            `--kubeconfig=${credentials.kubeconfigs.scheduler}`,
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            "--profiling=false",
        ]),
        containerd: daemon("containerd", tools.containerd, [
            `--config=${nodeFolder(instance, "containerd.toml")}`,
        ]),
        kubelet: kubernetes("kubelet", [
            `--config=${nodeFolder(instance, "kubelet.yaml")}`,
            `--kubeconfig=${credentials.kubeconfigs.kubelet}`,
            `--hostname-override=${NODE_NAME}`,
            `--node-ip=${NODE_ADDRESS}`,
            `--root-dir=${nodeFolder(instance, "kubelet")}`,
            `--cert-dir=${nodeFolder(instance, "kubelet-pki")}`,
        ]),
    };
}
