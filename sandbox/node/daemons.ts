import type { Daemon } from "../processes/daemon";
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "./configuration";
import type { ControlGroups } from "./control-groups";
import { type ClusterCredentials, FRONT_PROXY_NAME } from "./credentials";
import { type Bindfs, filesCommand } from "./files";
import type { NodeNamespaces } from "./namespace";
import {
    API_SERVER_PORT,
    CLUSTER_DOMAIN,
    NODE_ADDRESS,
    NODE_NAME,
    NODE_PORTS,
    POD_NETWORK,
    SERVICE_NETWORK,
} from "./settings";
import type { NodeTools } from "./tools";

/** Names of the node's daemons in the order in which they are stopped: those that restart others come first. */
export const NODE_DAEMONS = [
    "kubelet",
    "kube-controller-manager",
    "kube-scheduler",
    "metrics-server",
    "coredns",
    "kube-proxy",
    "containerd",
    "azure-files",
    "kube-apiserver",
    "etcd",
] as const;

/** How the API server tells the servers that it passes requests on to whose they are. */
const REQUEST_HEADERS = [
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
];

/** What the daemons of a node are made from. */
export interface NodeParts {
    tools: NodeTools;
    groups: ControlGroups;
    namespaces: NodeNamespaces;
    credentials: ClusterCredentials;
    files: Bindfs | undefined;
}

/** The daemons of a node. */
export function nodeDaemons(
    instance: SandboxInstance,
    { tools, groups, namespaces, credentials, files }: NodeParts,
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
            `--requestheader-client-ca-file=${credentials.frontProxy.authority.certificate}`,
            `--requestheader-allowed-names=${FRONT_PROXY_NAME}`,
            ...REQUEST_HEADERS,
            `--proxy-client-cert-file=${credentials.frontProxy.client.certificate}`,
            `--proxy-client-key-file=${credentials.frontProxy.client.key}`,
            // To the endpoints of a Service, not to its address: metrics then do not depend on kube-proxy.
            "--enable-aggregator-routing=true",
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
            // Autoscaling should show within half a minute here.
            "--horizontal-pod-autoscaler-sync-period=5s",
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
        "kube-proxy": {
            ...kubernetes("kube-proxy", [
                `--kubeconfig=${credentials.kubeconfigs.proxy}`,
                `--hostname-override=${NODE_NAME}`,
                `--bind-address=${NODE_ADDRESS}`,
                `--healthz-bind-address=${NODE_ADDRESS}:${NODE_PORTS.proxyHealth}`,
                `--nodeport-addresses=${NODE_ADDRESS}/32`,
                `--cluster-cidr=${POD_NETWORK}`,
                "--proxy-mode=iptables",
                "--iptables-localhost-nodeports=false",
                // Answers between two pods would pass the bridge untranslated where the host's kernel does not show
                // bridged packets to the packet filter. As the node's own they come back through it everywhere.
                "--masquerade-all=true",
                // Nobody else changes the rules in this namespace, so they need not be looked at all the time.
                "--iptables-sync-period=10m",
                // The kernel's limits are the host's.
                "--conntrack-max-per-core=0",
                "--conntrack-min=0",
                "--conntrack-tcp-timeout-established=0",
                "--conntrack-tcp-timeout-close-wait=0",
                "--oom-score-adj=0",
            ]),
            environment: tools.packetFilter,
        },
        "azure-files": {
            name: "azure-files",
            command: namespaces.inside(filesCommand(instance, files)),
            environment: files?.environment ?? process.env,
            controlGroups: groups.daemons,
        },
        coredns: daemon("coredns", tools.addon("coredns"), [
            `-conf=${nodeFolder(instance, "Corefile")}`,
            "-quiet",
        ]),
        "metrics-server": daemon("metrics-server", tools.addon("metrics-server"), [
            `--kubeconfig=${credentials.kubeconfigs.metricsServer}`,
            `--authentication-kubeconfig=${credentials.kubeconfigs.metricsServer}`,
            `--authorization-kubeconfig=${credentials.kubeconfigs.metricsServer}`,
            "--authentication-skip-lookup=true",
            `--client-ca-file=${credentials.authority.certificate}`,
            `--requestheader-client-ca-file=${credentials.frontProxy.authority.certificate}`,
            `--requestheader-allowed-names=${FRONT_PROXY_NAME}`,
            ...REQUEST_HEADERS,
            `--bind-address=${NODE_ADDRESS}`,
            `--secure-port=${NODE_PORTS.metrics}`,
            `--tls-cert-file=${credentials.metricsServer.certificate}`,
            `--tls-private-key-file=${credentials.metricsServer.key}`,
            // The shortest that it takes.
            "--metric-resolution=10s",
        ]),
    };
}
