import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import type { SandboxInstance } from "../instance";
import { CertificateAuthority, type CertificateFiles, createKeyPair } from "./authority";
import {
    API_SERVER_PORT,
    API_SERVER_SERVICE_ADDRESS,
    CLUSTER_DOMAIN,
    NODE_ADDRESS,
    NODE_NAME,
} from "./settings";

/** Common name of the certificate `frontProxy.client`. */
export const FRONT_PROXY_NAME = "front-proxy-client";

/** Paths of the certificates, keys and kubeconfigs with which the programs of the cluster authenticate to each other. */
export interface ClusterCredentials {
    authority: CertificateFiles;
    apiServer: CertificateFiles;
    /** Client certificate of the API server for the kubelet. */
    apiServerToKubelet: CertificateFiles;
    kubelet: CertificateFiles;
    metricsServer: CertificateFiles;
    /** Client certificate of the API server for aggregated API servers (metrics-server), and the authority that they trust. */
    frontProxy: { authority: CertificateFiles; client: CertificateFiles };
    /** Key pair that signs the tokens of service accounts. */
    serviceAccounts: { privateKey: string; publicKey: string };
    kubeconfigs: Record<
        "controllerManager" | "scheduler" | "kubelet" | "proxy" | "coredns" | "metricsServer",
        string
    >;
}

/** Creates missing credentials, and the administrator's `<state>/kubeconfig`, which connects through the gateway on the host. */
export async function clusterCredentials(instance: SandboxInstance): Promise<ClusterCredentials> {
    const folder = path.join(instance.stateFolder, "node", "pki");
    const authority = await CertificateAuthority.open(folder, "sandbox-cluster");
    await writeAdministratorKubeconfig(instance, authority);
    return {
        authority: authority.files,
        ...(await serverCertificates(instance, authority)),
        apiServerToKubelet: await authority.issue({
            file: "kube-apiserver-kubelet-client",
            commonName: "kube-apiserver-kubelet-client",
            organization: "system:masters",
            use: "client",
        }),
        frontProxy: await frontProxyCredentials(folder),
        serviceAccounts: await serviceAccountKeys(folder),
        kubeconfigs: await programKubeconfigs(folder, authority),
    };
}

async function writeAdministratorKubeconfig(
    { stateFolder, kubernetes }: SandboxInstance,
    authority: CertificateAuthority,
): Promise<void> {
    const administrator = await authority.issue({
        file: "administrator",
        commonName: "administrator",
        organization: "system:masters",
        use: "client",
    });
    const server = `https://${kubernetes.address}:${kubernetes.port}`;
    writeKubeconfig(path.join(stateFolder, "kubeconfig"), server, authority.files, administrator);
}

async function serverCertificates({ kubernetes }: SandboxInstance, authority: CertificateAuthority) {
    const service = "kubernetes.default.svc";
    return {
        apiServer: await authority.issue({
            file: "kube-apiserver",
            commonName: "kube-apiserver",
            use: "server",
            names: ["kubernetes", "kubernetes.default", service, `${service}.${CLUSTER_DOMAIN}`],
            addresses: [NODE_ADDRESS, API_SERVER_SERVICE_ADDRESS, kubernetes.address],
        }),
        kubelet: await authority.issue({
            file: "kubelet-server",
            commonName: `system:node:${NODE_NAME}`,
            organization: "system:nodes",
            use: "server",
            names: [NODE_NAME],
            addresses: [NODE_ADDRESS],
        }),
        metricsServer: await authority.issue({
            file: "metrics-server-server",
            commonName: "metrics-server",
            use: "server",
            names: ["metrics-server.kube-system.svc"],
        }),
    };
}

/** A separate authority: an aggregated server accepts user names from every client that this authority certifies. */
async function frontProxyCredentials(folder: string): Promise<ClusterCredentials["frontProxy"]> {
    const authority = await CertificateAuthority.open(
        path.join(folder, "front-proxy"),
        "sandbox-front-proxy",
    );
    const client = await authority.issue({ file: "client", commonName: FRONT_PROXY_NAME, use: "client" });
    return { authority: authority.files, client };
}

async function serviceAccountKeys(folder: string): Promise<ClusterCredentials["serviceAccounts"]> {
    const privateKey = path.join(folder, "service-accounts-key.pem");
    const publicKey = path.join(folder, "service-accounts.pem");
    await createKeyPair(privateKey, publicKey);
    return { privateKey, publicKey };
}

/** Kubeconfigs of the cluster's programs. The API server recognizes each program by the common name and the organization. */
async function programKubeconfigs(
    folder: string,
    authority: CertificateAuthority,
): Promise<ClusterCredentials["kubeconfigs"]> {
    const kubeconfig = async (name: string, commonName = `system:${name}`, organization?: string) => {
        const files = await authority.issue({
            file: name,
            commonName,
            ...(organization && { organization }),
            use: "client",
        });
        const file = path.join(folder, `${name}.kubeconfig`);
        writeKubeconfig(file, `https://${NODE_ADDRESS}:${API_SERVER_PORT}`, authority.files, files);
        return file;
    };
    return {
        controllerManager: await kubeconfig("kube-controller-manager"),
        scheduler: await kubeconfig("kube-scheduler"),
        kubelet: await kubeconfig("kubelet", `system:node:${NODE_NAME}`, "system:nodes"),
        proxy: await kubeconfig("kube-proxy"),
        coredns: await kubeconfig("coredns"),
        metricsServer: await kubeconfig("metrics-server"),
    };
}

/** Writes a kubeconfig that contains certificates and key, so that it works without other files. */
function writeKubeconfig(
    file: string,
    server: string,
    authority: CertificateFiles,
    user: CertificateFiles,
): void {
    const data = (name: string) => readFileSync(name).toString("base64");
    const kubeconfig = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [
            {
                name: "sandbox",
                cluster: { server, "certificate-authority-data": data(authority.certificate) },
            },
        ],
        users: [
            {
                name: "sandbox",
                user: {
                    "client-certificate-data": data(user.certificate),
                    "client-key-data": data(user.key),
                },
            },
        ],
        contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "sandbox" } }],
        "current-context": "sandbox",
    };
    writeFileSync(file, stringify(kubeconfig), { mode: 0o600 });
}
