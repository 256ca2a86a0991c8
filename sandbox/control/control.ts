import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { SandboxInstance } from "../instance";
import { nodeFolder } from "../node/configuration";
import { nodeExists } from "../node/node";
import { AZURE_RESOLVER } from "../node/settings";
import { sandboxAuthority } from "../node/trust";
import { accessToken } from "./arm/access-token";
import { ResourceManager } from "./arm/resource-manager";
import { resourceTypes } from "./arm/resource-types";
import { CONTAINER_GROUPS } from "./arm/resource-types/container-groups";
import { shareFolder, shareFolderForPods } from "./arm/resource-types/storage-access";
import { ArmRouter } from "./arm/router";
import { armServer } from "./arm/server";
import { AzureFileProvisioner } from "./azure-files/provisioner";
import { groupListeners } from "./container-groups/listeners";
import { KubernetesRunner, NAMESPACE } from "./container-groups/kubernetes-runner";
import { PodWatch } from "./container-groups/pod-watch";
import { RecordingRunner } from "./container-groups/runner";
import { SUBSCRIPTIONS, TENANT } from "../subscriptions";
import { dnsServer } from "./dns/server";
import { ENDPOINTS, servedZones, zonesForPods } from "./dns/zones";
import { serveOwnPods } from "./identity/own-pods";
import { TokenIssuer } from "./identity/tokens";
import { ServiceController } from "./kubernetes-services/controller";
import { LoadBalancerConfigurator } from "./load-balancer/load-balancer";
import { SandboxKubernetes } from "./managed-clusters/kubernetes";
import { Store } from "./state/store";

/** The control plane while it runs. */
export interface Control {
    /** Whether containers run. */
    kubernetes: boolean;
    close(): Promise<void>;
}

/** How often Kubernetes is compared with the record although nothing has changed. */
const RECONCILE_MS = 30_000;

/**
 * Starts the control plane of a sandbox: ARM and DNS, and where the state folder has a kubeconfig, the container
 * groups. Kubernetes may come up later, go and come back.
 */
export async function startControl(instance: SandboxInstance, clock = () => new Date()): Promise<Control> {
    const { stateFolder, arm } = instance;
    const store = new Store(path.join(stateFolder, "control", "resources.json"));
    const cluster = existsSync(path.join(stateFolder, "kubeconfig"))
        ? runInKubernetes(instance, store, clock)
        : undefined;
    const runner = cluster?.runner ?? new RecordingRunner();
    const types = resourceTypes({ store, instance, runner, kubernetes: cluster?.kubernetes, clock });
    const manager = new ResourceManager(store, types, clock);
    const token = accessToken(stateFolder);
    const tokens = new TokenIssuer(token, TENANT, clock);
    const serviceAccountKeyFile = nodeFolder(instance, "pki", "service-accounts.pem");
    const server = armServer({
        router: new ArmRouter(manager, types, SUBSCRIPTIONS, TENANT, clock),
        token,
        login: { store, tokens, tenant: TENANT, serviceAccountKeyFile, clock },
        certificate: await armCertificate(instance),
    });
    manager.resume();
    const zones = () => servedZones(store.all(), { dns: instance.dns.address, arm: arm.address });
    const dns = await Promise.all([
        dnsServer(instance.dns, zones),
        dnsServer(instance.dnsForPods, () => zonesForPods(zones())),
    ]);
    await server.listen({ host: arm.address, port: arm.port });
    const pods =
        cluster && nodeExists(instance)
            ? await serveOwnPods(instance, { store, tokens, clock, ...cluster })
            : undefined;
    return {
        kubernetes: cluster !== undefined,
        async close() {
            await Promise.all([
                server.close(),
                ...dns.map(one => one.close()),
                cluster?.close(),
                pods?.close(),
            ]);
        },
    };
}

/** Container groups as pods, Services of type LoadBalancer, and the way to both. */
function runInKubernetes(instance: SandboxInstance, store: Store, clock: () => Date) {
    const config = new KubeConfig();
    config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
    const api = config.makeApiClient(CoreV1Api);
    const pods = new PodWatch(config, api, NAMESPACE);
    const ownNode = nodeExists(instance);
    const runner = new KubernetesRunner(api, pods, {
        shareFolder: (account, share) =>
            (ownNode ? shareFolderForPods : shareFolder)(instance, account, share),
        ...(ownNode && { nameServer: AZURE_RESOLVER }),
    });
    const groups = () => store.ofType(CONTAINER_GROUPS);
    const loadBalancer: LoadBalancerConfigurator = new LoadBalancerConfigurator(instance, () => [
        ...groups().flatMap(group => groupListeners(group, runner.podOf(group))),
        ...(services?.listeners() ?? []),
    ]);
    const apply = () => loadBalancer.changed();
    // A cluster that was there before has a cloud of its own to give addresses.
    const services = ownNode ? new ServiceController(config, instance, store, clock, apply) : undefined;
    // So has it a driver for volumes.
    const files = ownNode ? new AzureFileProvisioner(config, instance) : undefined;
    const reconcile = () => void runner.reconcile(groups()).catch((error: unknown) => console.error(error));

    // Before the pods are known the load balancer keeps what it had: they run on while this process restarts.
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

/** Signed by the sandbox's authority, and good for Azure's own names: whoever trusts the authority finds Azure here. */
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
