import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { SandboxInstance } from "../instance";
import { CertificateAuthority } from "../node/authority";
import { nodeExists } from "../node/node";
import { accessToken } from "./arm/access-token";
import { ResourceManager } from "./arm/resource-manager";
import { resourceTypes } from "./arm/resource-types";
import { CONTAINER_GROUPS } from "./arm/resource-types/container-groups";
import { shareFolder } from "./arm/resource-types/storage-access";
import { ArmRouter } from "./arm/router";
import { armServer } from "./arm/server";
import { groupListeners } from "./container-groups/listeners";
import { KubernetesRunner, NAMESPACE } from "./container-groups/kubernetes-runner";
import { PodWatch } from "./container-groups/pod-watch";
import { RecordingRunner } from "./container-groups/runner";
import { SUBSCRIPTIONS, TENANT } from "./context";
import { dnsServer } from "./dns/server";
import { servedZones } from "./dns/zones";
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
    const server = armServer({
        router: new ArmRouter(manager, types, SUBSCRIPTIONS, TENANT, clock),
        token: accessToken(stateFolder),
        certificate: await armCertificate(instance),
    });
    manager.resume();
    const dns = await dnsServer(instance.dns, () => servedZones(store.all(), instance.dns.address));
    await server.listen({ host: arm.address, port: arm.port });
    return {
        kubernetes: cluster !== undefined,
        async close() {
            await Promise.all([server.close(), dns.close(), cluster?.close()]);
        },
    };
}

/** Container groups as pods, Services of type LoadBalancer, and the way to both. */
function runInKubernetes(instance: SandboxInstance, store: Store, clock: () => Date) {
    const config = new KubeConfig();
    config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
    const api = config.makeApiClient(CoreV1Api);
    const pods = new PodWatch(config, api, NAMESPACE);
    const runner = new KubernetesRunner(api, pods, (account, share) =>
        shareFolder(instance.stateFolder, account, share),
    );
    const groups = () => store.ofType(CONTAINER_GROUPS);
    const loadBalancer: LoadBalancerConfigurator = new LoadBalancerConfigurator(instance, () => [
        ...groups().flatMap(group => groupListeners(group, runner.podOf(group))),
        ...(services?.listeners() ?? []),
    ]);
    const apply = () => loadBalancer.changed();
    // A cluster that was there before has a cloud of its own to give addresses.
    const services = nodeExists(instance)
        ? new ServiceController(config, instance, store, clock, apply)
        : undefined;
    const reconcile = () => void runner.reconcile(groups()).catch((error: unknown) => console.error(error));

    // Before the pods are known the load balancer keeps what it had: they run on while this process restarts.
    let timer: NodeJS.Timeout | undefined;
    void Promise.all([runner.prepare(), services?.prepare()]).then(() => {
        store.onChange(() => void apply());
        pods.onChange(() => void apply());
        pods.onChange(reconcile);
        void apply();
        services?.changed();
        reconcile();
        timer = setInterval(reconcile, RECONCILE_MS);
    });
    return {
        runner,
        kubernetes: new SandboxKubernetes(path.join(instance.stateFolder, "kubeconfig")),
        close: async () => {
            clearInterval(timer);
            loadBalancer.close();
            await Promise.all([pods.close(), services?.close()]);
        },
    };
}

/** Signed by the sandbox's authority, `ca.pem` in the state folder. */
async function armCertificate({ stateFolder, arm }: SandboxInstance) {
    const authority = await CertificateAuthority.open(stateFolder, "azure-secure-inference sandbox");
    const { certificate, key } = await authority.issue({
        file: "arm-server",
        commonName: "Azure Resource Manager of the sandbox",
        use: "server",
        names: ["localhost"],
        addresses: [arm.address],
    });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}
