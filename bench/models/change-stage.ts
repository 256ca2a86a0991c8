import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { rm } from "node:fs/promises";
import * as https from "node:https";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";
import { eventually } from "../../sandbox/processes/wait";
import { FRONT_IMAGE } from "../../sandbox/images/front";
import { buildImage } from "../../sandbox/images/recipe";
import type { SandboxInstance } from "../../sandbox/instance";
import { importImage } from "../../sandbox/node/images";
import { findNamespaces } from "../../sandbox/node/namespace";
import { NODE_ADDRESS } from "../../sandbox/node/settings";
import { nodeTools } from "../../sandbox/node/tools";
import { installStandIns } from "../../sandbox/providers/install";
import { importModelImages, MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { TestProject } from "../../sandbox/testing/harness";
import { ROOT } from "../../machine/root";

/** The component's name, the prefix of object names. */
const NAME = "bench";
/** How long the cluster's DNS caches answers, as on AKS, in seconds. */
const NAMES_LIVE_SECONDS = 30;
const PATIENCE_MS = 180_000;

const MODEL = {
    image: MODEL_IMAGE,
    cpu: 0.05,
    memoryInGB: 0.0625,
    replicas: 1,
    readiness: { periodSeconds: 1 },
};

interface Outputs {
    ipAddress: string;
    fqdn: string;
    namespace: string;
    certificate: { authority: string };
}

/** The counters of a Deployment. All are 1 when the change is complete. */
const REPLICA_COUNTS = ["status.updatedReplicas", "status.availableReplicas", "status.replicas"];

/** Times of a changing Deployment, from `performance.now()`. */
export interface Rollout {
    /** Kubernetes has the new specification. */
    taken: Promise<number>;
    /** The new replica is ready, and the old one has been asked to stop. */
    complete: Promise<number>;
}

/** Equal models on the sandbox's Kubernetes, deployed by the program in `stacks/`. */
export class ChangeStage {
    private constructor(
        private readonly instance: SandboxInstance,
        private readonly project: TestProject,
        private readonly kubectlProgram: string,
        private readonly outputs: Outputs,
    ) {}

    /** @param instance a running sandbox */
    static async open(instance: SandboxInstance, models: readonly string[]): Promise<ChangeStage> {
        await importImage(instance, await buildImage(FRONT_IMAGE));
        await importModelImages(instance);
        const project = await TestProject.create({
            directory: ROOT,
            configuration: stringify({ config: settings(models) }),
            plugins: home => installStandIns(home, instance),
            ownProcesses: true,
        });
        const { succeeded, text } = await project.up();
        if (!succeeded) throw new Error(text);
        const outputs = (await project.outputs({ showSecrets: true })) as unknown as Outputs;
        const kubectl = (await nodeTools()).kubernetes("kubectl");
        const stage = new ChangeStage(instance, project, kubectl, outputs);
        for (const model of models) await stage.served(model, "");
        return stage;
    }

    /** Deletes the stack's state but not its resources, because draining the pods takes long. Reset the sandbox afterwards. */
    async close(): Promise<void> {
        await rm(this.project.state, { recursive: true });
    }

    /** Changes an environment variable of the model with Pulumi. */
    declare(model: string, version: string): () => Promise<void> {
        this.project.configure({
            [`azure-secure-inference:models.${model}.environment.MODEL_VERSION`]: version,
        });
        return async () => {
            const { succeeded, text, steps } = await this.project.up();
            if (!succeeded) throw new Error(text);
            const changed = steps.filter(
                ({ type }) => type !== "azure-secure-inference:index:SecureAksInference",
            );
            if (changed.length !== 1)
                throw new Error(`The update changed more than the Deployment:\n${text}`);
        };
    }

    /** Changes an environment variable of the model with kubectl. */
    async patch(model: string, version: string): Promise<void> {
        const deployment = `deployment/${objectName(model)}`;
        await execa(this.kubectlProgram, this.kubectl("set", "env", deployment, `MODEL_VERSION=${version}`));
    }

    /** Watches a model's Deployment until the change is complete. Resolves once the watch is established. */
    async follow(model: string): Promise<Rollout> {
        const fields = ["metadata.generation", "status.observedGeneration", ...REPLICA_COUNTS];
        const template = `${fields.map(field => `{.${field}}`).join(",")}{"\\n"}`;
        const args = this.kubectl(
            ...["get", "deployment", objectName(model)],
            ...["--watch", `--output=jsonpath=${template}`],
        );
        const child = spawn(this.kubectlProgram, args, { stdio: ["ignore", "pipe", "inherit"] });
        const events = new EventEmitter();
        const moment = async (event: string): Promise<number> => {
            await once(events, event);
            return performance.now();
        };
        const [follows, taken, complete] = [moment("follows"), moment("taken"), moment("complete")];
        let first: string | undefined;
        createInterface({ input: child.stdout }).on("line", line => {
            const [generation, observed, ...replicas] = line.split(",");
            first ??= generation;
            events.emit("follows");
            if (generation === first) return;
            events.emit("taken");
            if (observed !== generation || !replicas.every(count => count === "1")) return;
            events.emit("complete");
            child.kill();
        });
        child.on("exit", code => {
            if (!child.killed) events.emit("error", new Error(`kubectl ended with ${code}`));
        });
        await follows;
        return { taken, complete };
    }

    /** The time of the first answer of this version at the public address. "" matches every version. */
    async served(model: string, version: string): Promise<number> {
        const seen = await eventually(
            async () => (await this.answer(model))?.includes(version) ?? false,
            PATIENCE_MS,
        );
        if (!seen) throw new Error(`${model} is not served in version ${version}`);
        return performance.now();
    }

    /** The remaining TTL of the cached DNS answer for the model's name, in seconds. */
    async nameLives(model: string): Promise<number> {
        const script = `
            const { Resolver } = require("node:dns/promises");
            const resolver = new Resolver();
            resolver.setServers([process.argv[1]]);
            resolver.resolve4(process.argv[2], { ttl: true }).then(([first]) => console.log(first.ttl));`;
        const host = `${objectName(model)}.${this.outputs.namespace}.svc.cluster.local`;
        const namespaces = findNamespaces(this.instance);
        if (!namespaces) throw new Error("The node does not run");
        const command = namespaces.inNode([process.execPath, "-e", script, NODE_ADDRESS, host]);
        const { stdout } = await execa(command[0]!, command.slice(1));
        return Number(stdout);
    }

    /** Waits until the cached DNS answer has this remaining TTL. The fronts see a new replica only when it expires. */
    async untilNameLives(model: string, seconds: number): Promise<void> {
        const left = await this.nameLives(model);
        await sleep(((left - seconds + NAMES_LIVE_SECONDS) % NAMES_LIVE_SECONDS) * 1000);
    }

    private kubectl(...args: string[]): string[] {
        const kubeconfig = path.join(this.instance.stateFolder, "kubeconfig");
        return ["--kubeconfig", kubeconfig, "--namespace", this.outputs.namespace, ...args];
    }

    /** The body of the answer; undefined without an answer. */
    private answer(model: string): Promise<string | undefined> {
        const { ipAddress, fqdn, certificate } = this.outputs;
        return new Promise(resolve => {
            const request = https.request(
                {
                    ...{ host: ipAddress, servername: fqdn, ca: certificate.authority, agent: false },
                    ...{ method: "POST", path: `/api/v1/service/${model}/score`, timeout: 10_000 },
                    headers: { host: fqdn },
                },
                response => {
                    let body = "";
                    response.on("data", data => (body += String(data)));
                    response.on("end", () => resolve(response.statusCode === 200 ? body : undefined));
                },
            );
            request.on("timeout", () => request.destroy());
            request.on("error", () => resolve(undefined));
            request.end("{}");
        });
    }
}

function objectName(model: string): string {
    return `${NAME}-${model}`;
}

function settings(models: readonly string[]): Record<string, unknown> {
    const own = {
        hosting: "Kubernetes",
        name: NAME,
        environment: "Development",
        resourceGroup: { name: "inference-bench" },
        cluster: { create: { purpose: "DevTest" } },
        tls: { mode: "SelfSigned" },
        keys: { enabled: false },
        front: { image: FRONT_IMAGE.name, cpu: 0.1, memoryInGB: 0.125 },
        models: Object.fromEntries(
            models.map(model => [model, { ...MODEL, environment: { MODEL_VERSION: "first" } }]),
        ),
    };
    return {
        "azure-native:location": "westeurope",
        ...Object.fromEntries(
            Object.entries(own).map(([name, value]) => [`azure-secure-inference:${name}`, value]),
        ),
    };
}
