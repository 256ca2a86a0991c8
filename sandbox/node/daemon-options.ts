/** Command-line options of the node's daemons. */
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "./configuration";
import { type ClusterCredentials, FRONT_PROXY_NAME } from "./credentials";
import {
    API_SERVER_PORT,
    CLUSTER_DOMAIN,
    NODE_ADDRESS,
    NODE_NAME,
    NODE_PORTS,
    POD_NETWORK,
    SERVICE_NETWORK,
} from "./settings";

const ETCD_CLIENT_URL = "http://127.0.0.1:2379";
const ETCD_PEER_URL = "http://127.0.0.1:2380";

/** Headers in which the API server passes the user of a request to an aggregated API server. */
const REQUEST_HEADERS = [
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
];

export function etcdOptions(instance: SandboxInstance): string[] {
    return [
        "--name=node",
        `--data-dir=${nodeFolder(instance, "etcd")}`,
        `--listen-client-urls=${ETCD_CLIENT_URL}`,
        `--advertise-client-urls=${ETCD_CLIENT_URL}`,
        `--listen-peer-urls=${ETCD_PEER_URL}`,
        `--initial-advertise-peer-urls=${ETCD_PEER_URL}`,
        `--initial-cluster=node=${ETCD_PEER_URL}`,
        "--auto-compaction-retention=1h",
        "--logger=zap",
        "--log-level=warn",
    ];
}

export function apiServerOptions(credentials: ClusterCredentials): string[] {
    return [
        `--etcd-servers=${ETCD_CLIENT_URL}`,
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
        // Connect to the endpoints of a Service instead of its address, so that metrics do not depend on kube-proxy.
        "--enable-aggregator-routing=true",
        "--profiling=false",
    ];
}

export function controllerManagerOptions(
    instance: SandboxInstance,
    credentials: ClusterCredentials,
): string[] {
    return [
        `--kubeconfig=${credentials.kubeconfigs.controllerManager}`,
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        `--service-account-private-key-file=${credentials.serviceAccounts.privateKey}`,
        `--root-ca-file=${credentials.authority.certificate}`,
        "--allocate-node-cidrs=false",
        // Shorter than the default of 15 s, so that scaling is visible within half a minute.
        "--horizontal-pod-autoscaler-sync-period=5s",
        "--controllers=*,-nodeipam,-node-route-controller,-cloud-node-lifecycle-controller",
        `--flex-volume-plugin-dir=${nodeFolder(instance, "volume-plugins")}`,
        "--profiling=false",
    ];
}

export function schedulerOptions(credentials: ClusterCredentials): string[] {
    return [
        `--kubeconfig=${credentials.kubeconfigs.scheduler}`,
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--profiling=false",
    ];
}

export function kubeletOptions(instance: SandboxInstance, credentials: ClusterCredentials): string[] {
    return [
        `--config=${nodeFolder(instance, "kubelet.yaml")}`,
        `--kubeconfig=${credentials.kubeconfigs.kubelet}`,
        `--hostname-override=${NODE_NAME}`,
        `--node-ip=${NODE_ADDRESS}`,
        `--root-dir=${nodeFolder(instance, "kubelet")}`,
        `--cert-dir=${nodeFolder(instance, "kubelet-pki")}`,
    ];
}

export function kubeProxyOptions(credentials: ClusterCredentials): string[] {
    return [
        `--kubeconfig=${credentials.kubeconfigs.proxy}`,
        `--hostname-override=${NODE_NAME}`,
        `--bind-address=${NODE_ADDRESS}`,
        `--healthz-bind-address=${NODE_ADDRESS}:${NODE_PORTS.proxyHealth}`,
        `--nodeport-addresses=${NODE_ADDRESS}/32`,
        `--cluster-cidr=${POD_NETWORK}`,
        "--proxy-mode=iptables",
        "--iptables-localhost-nodeports=false",
        // Without masquerading, the reply from one pod to another would cross the bridge directly. iptables would not
        // translate its address back, unless the host's kernel passes bridged packets to iptables.
        "--masquerade-all=true",
        // No other program changes the rules in this namespace, so a rare check is enough.
        "--iptables-sync-period=10m",
        // 0 leaves the kernel's limits unchanged, because they are those of the host.
        "--conntrack-max-per-core=0",
        "--conntrack-min=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
        "--oom-score-adj=0",
    ];
}

export function metricsServerOptions(credentials: ClusterCredentials): string[] {
    return [
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
        // The shortest interval that metrics-server accepts.
        "--metric-resolution=10s",
    ];
}
