/**
 * The control plane of a sandbox: Azure Resource Manager, DNS and Microsoft Entra ID, and if there is a Kubernetes node,
 * the container groups, load balancers, volumes and identities of its pods. This file connects the parts.
 */
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "../node/configuration";
import { nodeExists } from "../node/node";
import { AZURE_RESOLVER } from "../node/settings";
import { sandboxAuthority } from "../node/trust";
import { SUBSCRIPTIONS, TENANT } from "../subscriptions";
import { accessToken } from "./arm/access-token";
import { ResourceManager } from "./arm/resource-manager";
import { resourceTypes } from "./arm/resource-types";
import { CONTAINER_GROUPS } from "./arm/resource-types/container-groups";
import { shareFolder, shareFolderForPods } from "./arm/resource-types/storage-access";
import { ArmRouter } from "./arm/router";
import { armServer } from "./arm/server";
import { TokenIssuer } from "./arm/tokens";
import { AzureFileProvisioner } from "./azure-files/provisioner";
import { KubernetesRunner, NAMESPACE } from "./container-groups/kubernetes-runner";
import { groupListeners } from "./container-groups/listeners";
import { PodWatch } from "./container-groups/pod-watch";
import { RecordingRunner } from "./container-groups/runner";
import { dnsServer } from "./dns/server";
import { ENDPOINTS, servedZones, zonesForPods } from "./dns/zones";
import { addLoginRoutes } from "./identity/login";
import { servePodIdentity } from "./identity/pod-identity";
import { ServiceController } from "./kubernetes-services/controller";
import { LoadBalancerConfigurator } from "./load-balancer/load-balancer";
import { SandboxKubernetes } from "./managed-clusters/kubernetes";
import { Store } from "./state/store";

/** A running control plane. */
export interface Control {
    /** Whether containers run, or are only recorded. */
    kubernetes: boolean;
    close(): Promise<void>;
}

/** Interval of the comparison of Kubernetes with the store, in addition to the one after every change. */
const RECONCILE_MS = 30_000;

/**
 * Starts the control plane. Container groups run if the state folder has a kubeconfig; the API server of Kubernetes may
 * start later, stop and start again.
 */
export async function startControl(instance: SandboxInstance, clock = () => new Date()): Promise<Control> {
    const { stateFolder, arm } = instance;
    const store = new Store(path.join(stateFolder, "control", "resources.json"));
    const cluster = existsSync(path.join(stateFolder, "kubeconfig"))
        ? connectKubernetes(instance, store, clock)
        : undefined;
    const runner = cluster?.runner ?? new RecordingRunner();
    const types = resourceTypes({ store, instance, runner, kubernetes: cluster?.kubernetes, clock });
    const manager = new ResourceManager(store, types, clock);
    const token = accessToken(stateFolder);
    const tokens = new TokenIssuer(token, TENANT, clock);
    const serviceAccountKeyFile = nodeFolder(instance, "pki", "service-accounts.pem");
    const server = armServer({
        router: new ArmRouter({ manager, types, subscriptions: SUBSCRIPTIONS, tenant: TENANT, clock }),
        token,
        tokens,
        addPublicRoutes: routes =>
            addLoginRoutes(routes, { store, tokens, tenant: TENANT, serviceAccountKeyFile, clock }),
        certificate: await armCertificate(instance),
    });
    manager.resume();
    const zones = () => servedZones(store.all(), { dns: instance.dns.address, arm: arm.address });
    const dns = await Promise.all([
        dnsServer(instance.dns, zones),
        dnsServer(instance.dnsForPods, () => zonesForPods(zones())),
    ]);
    await server.listen({ host: arm.address, port: arm.port });
    const podIdentity =
        cluster && nodeExists(instance)
            ? await servePodIdentity(instance, { store, tokens, clock, ...cluster })
            : undefined;
    return {
        kubernetes: cluster !== undefined,
        async close() {
            await Promise.all([
                server.close(),
                ...dns.map(one => one.close()),
                cluster?.close(),
                podIdentity?.close(),
            ]);
        },
    };
}

/** The parts that need Kubernetes: container groups, Services of type LoadBalancer, Azure Files volumes. */
function connectKubernetes(instance: SandboxInstance, store: Store, clock: () => Date) {
    const config = new KubeConfig();
    config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
    const api = config.makeApiClient(CoreV1Api);
    const pods = new PodWatch(config, api, NAMESPACE);
    const hasNode = nodeExists(instance);
    const runner = new KubernetesRunner(api, pods, {
        shareFolder: (account, share) =>
            (hasNode ? shareFolderForPods : shareFolder)(instance, account, share),
        ...(hasNode && { nameServer: AZURE_RESOLVER }),
    });
    const groups = () => store.ofType(CONTAINER_GROUPS);
    const loadBalancer: LoadBalancerConfigurator = new LoadBalancerConfigurator(instance, () => [
        ...groups().flatMap(group => groupListeners(group, runner.podOf(group))),
        ...(services?.listeners() ?? []),
    ]);
    const apply = () => loadBalancer.changed();
    // A cluster that the sandbox did not create has its own cloud controller and volume drivers.
    const services = hasNode ? new ServiceController({ config, instance, store, clock, apply }) : undefined;
    const files = hasNode ? new AzureFileProvisioner(config, instance) : undefined;
    const reconcile = () => void runner.reconcile(groups()).catch((error: unknown) => console.error(error));

    // Until the pods are listed, the load balancer keeps the configuration of the previous process, whose pods still run.
    let timer: NodeJS.Timeout | undefined;
    void Promise.all([runner.prepare(), services?.prepare(), files?.prepare()]).then(() => {
        store.onChange(() => void apply());
        pods.onChange(() => void apply());
        pods.onChange(reconcile);
        void apply();
        services?.changed();
        reconcile();
        timer = setInterval(reconcile, RECONCILE_MS);
    });
    return {
        api,
        runner,
        kubernetes: new SandboxKubernetes(path.join(instance.stateFolder, "kubeconfig")),
        close: async () => {
            clearInterval(timer);
            loadBalancer.close();
            await Promise.all([pods.close(), services?.close(), files?.close()]);
        },
    };
}

/** The server certificate for Azure's own host names, issued by the sandbox's certificate authority. */
async function armCertificate(instance: SandboxInstance) {
    const authority = await sandboxAuthority(instance);
    const { certificate, key } = await authority.issue({
        file: "azure-server",
        commonName: "Azure of the sandbox",
        use: "server",
        names: ["localhost", ...ENDPOINTS],
        addresses: [instance.arm.address],
    });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}
