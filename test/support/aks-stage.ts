import * as path from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { sandboxUp } from "../../sandbox/lifecycle/sandbox";
import { eventually } from "../../sandbox/processes/wait";
import { Resolver } from "node:dns/promises";
import { FRONT_IMAGE } from "../../sandbox/images/front";
import { buildImage } from "../../sandbox/images/recipe";
import type { SandboxInstance } from "../../sandbox/instance";
import { importImage } from "../../sandbox/node/images";
import { nodeTools } from "../../sandbox/node/tools";
import { installStandIns } from "../../sandbox/providers/install";
import { ROOT } from "../../machine/root";
import { type Outcome, TestProject } from "../../sandbox/testing/harness";
import { Workshop } from "./openssl";
import { LOCATION } from "../../sandbox/testing/azure-clients";
import { importModelImages, MODEL_IMAGE } from "../../sandbox/testing/model-image";

/** How long Kubernetes may take for anything, on a busy machine. */
const PATIENCE_MS = 120_000;

/** Settings of the stack by name, less the project's prefix. */
export type Settings = Record<string, unknown>;

/** Outputs of the stack, with secrets. */
export interface AksOutputs {
    services: Record<string, { scoringUri: string; swaggerUri: string }>;
    keys: Record<string, { primary: string; secondary: string }>;
    fqdn: string;
    ipAddress: string;
    certificate?: { authority?: string; fingerprint: string };
    namespace: string;
    kubeconfig: string;
}

/** A pod, as far as the tests look at it. */
export interface Pod {
    metadata: {
        name: string;
        uid: string;
        labels: Record<string, string>;
        annotations?: Record<string, string>;
        deletionTimestamp?: string;
    };
    spec: { containers: { image: string; securityContext: Record<string, unknown> }[] } & Record<
        string,
        unknown
    >;
    status: {
        podIP: string;
        conditions?: { type: string; status: string }[];
        containerStatuses?: { restartCount: number }[];
    };
}

export interface Answer {
    status: number;
    headers: string;
    body: string;
}

/** A model that is small, quick to be ready, and says which pod answered. */
export const SMALL_MODEL = {
    image: MODEL_IMAGE,
    cpu: 0.02,
    memoryInGB: 0.03125,
    readiness: { periodSeconds: 1 },
};

/** Starts the sandbox with all images that the tests on Kubernetes need. */
export async function prepareSandbox(instance: SandboxInstance): Promise<void> {
    await sandboxUp(instance);
    await importImage(instance, await buildImage(FRONT_IMAGE));
    await importModelImages(instance);
}

/** A stack on Kubernetes in the sandbox, and clients that are not ours to look at it. */
export class AksStage {
    readonly workshop = new Workshop();
    outputs!: AksOutputs;

    private constructor(
        private readonly instance: SandboxInstance,
        readonly project: TestProject,
        private readonly kubectlProgram: string,
    ) {}

    static async open(instance: SandboxInstance, settings: Settings): Promise<AksStage> {
        const config: Settings = { "azure-native:location": LOCATION };
        for (const [name, value] of Object.entries(settings))
            config[`azure-secure-inference:${name}`] = value;
        const project = await TestProject.create({
            directory: ROOT,
            configuration: stringify({ config }),
            plugins: home => installStandIns(home, instance),
        });
        return new AksStage(instance, project, (await nodeTools()).kubernetes("kubectl"));
    }

    /** Destroys everything. */
    async close(): Promise<void> {
        await this.hurry();
        await this.project.dispose();
        this.workshop.close();
    }

    /** Takes the pods away without their time to drain, which nobody waits for any more. */
    async hurry(): Promise<void> {
        if (this.outputs === undefined) return;
        const inNamespace = ["--namespace", this.outputs.namespace, "--ignore-not-found", "--wait=false"];
        await this.kubectl("delete", "deployments", "--all", ...inNamespace);
        await this.kubectl("delete", "pods", "--all", "--force", "--grace-period=0", ...inNamespace);
    }

    /** Deploys what is configured. @throws with the engine's errors and warnings: there are to be none */
    async up(): Promise<Outcome> {
        const outcome = await this.project.up();
        const said = diagnostics(outcome);
        if (!outcome.succeeded || said.length > 0) throw new Error(`up: ${said.join("\n") || outcome.text}`);
        this.outputs = (await this.project.outputs({ showSecrets: true })) as unknown as AksOutputs;
        return outcome;
    }

    /** Changes settings by their paths, e.g. `models.iris.replicas`. */
    async configure(settings: Record<string, string>, kind?: "--secret"): Promise<void> {
        const keyed = Object.entries(settings).map(
            ([at, value]) => [`azure-secure-inference:${at}`, value] as const,
        );
        if (kind === undefined) return this.project.configureAll(Object.fromEntries(keyed));
        for (const [key, value] of keyed) await this.project.configure(key, value, kind);
    }

    async kubectl(...args: string[]): Promise<string> {
        const kubeconfig = path.join(this.instance.stateFolder, "kubeconfig");
        const { stdout } = await execa(this.kubectlProgram, ["--kubeconfig", kubeconfig, ...args]);
        return stdout;
    }

    /** Has kubectl create or change objects. */
    async apply(...objects: object[]): Promise<void> {
        const kubeconfig = path.join(this.instance.stateFolder, "kubeconfig");
        const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
        const args = ["--kubeconfig", kubeconfig, "apply", "--server-side", "--filename=-"];
        await execa(this.kubectlProgram, args, { input });
    }

    /** Objects in the stack's namespace. */
    async objects<Kind = Record<string, unknown>>(kind: string, ...args: string[]): Promise<Kind[]> {
        const { namespace } = this.outputs;
        const text = await this.kubectl("get", kind, "--namespace", namespace, "--output=json", ...args);
        return (JSON.parse(text) as { items: Kind[] }).items;
    }

    /** Pods that are not about to go, of a model, or of the front by that name. */
    async pods(name: string): Promise<Pod[]> {
        const pods = await this.objects<Pod>("pods", `--selector=app.kubernetes.io/name=${name}`);
        return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    }

    async podNames(name: string): Promise<string[]> {
        return (await this.pods(name)).map(({ metadata }) => metadata.name).sort();
    }

    /** Waits until none of these pods is left. */
    async gone(names: readonly string[]): Promise<void> {
        await this.soon(`${names.join(", ")} are gone`, async () => {
            const pods = await this.objects<Pod>("pods");
            return pods.every(({ metadata }) => !names.includes(metadata.name));
        });
    }

    /** Waits until so many pods of a model or of the front are ready. */
    async ready(name: string, count: number): Promise<void> {
        await this.soon(`${count} pods of ${name} are ready`, async () => {
            const ready = (await this.pods(name)).filter(({ status }) =>
                status.conditions?.some(one => one.type === "Ready" && one.status === "True"),
            );
            return ready.length === count;
        });
    }

    async soon(what: string, condition: () => Promise<boolean>): Promise<void> {
        if (!(await eventually(condition, PATIENCE_MS)))
            throw new Error(`It has not come to pass that ${what}.`);
    }

    /** File with the authority that clients are to trust. */
    trusted(authority = this.outputs.certificate?.authority ?? ""): string {
        return this.workshop.write("trusted.pem", authority);
    }

    /** A request by curl, which looks the name up in the sandbox's DNS as far as it goes. */
    async curl(url: string, ...args: string[]): Promise<Answer> {
        const { hostname } = new URL(url);
        const at = await this.resolved(hostname);
        const resolve = ["443", "80"].flatMap(port => ["--resolve", `${hostname}:${port}:${at}`]);
        const trust = ["--cacert", path.join(this.workshop.folder, "trusted.pem")];
        const { stdout } = await execa("curl", ["-sS", "-i", ...trust, ...resolve, ...args, url]);
        const [headers = "", ...body] = stdout.split("\r\n\r\n");
        const status = Number(/^HTTP\/\S+ (\d+)/.exec(headers)?.[1]);
        return { status, headers, body: body.join("\r\n\r\n") };
    }

    /** A scoring request by curl. The key is not among the arguments, which everybody can read. */
    score(url: string, key?: string, body = "{}"): Promise<Answer> {
        const header = key && this.workshop.write("header", `Authorization: Bearer ${key}`);
        return this.curl(url, "--data", body, ...(header ? ["--header", `@${header}`] : []));
    }

    /** The address that the sandbox's DNS has for a name. */
    async resolved(name: string): Promise<string> {
        const resolver = new Resolver();
        resolver.setServers([`${this.instance.dns.address}:${this.instance.dns.port}`]);
        const [address = ""] = await resolver.resolve4(name);
        return address;
    }

    /** What openssl sees of the certificate that is served for a name. @throws unless it is valid for the name */
    async servedFingerprint(name: string): Promise<string> {
        const connect = ["-connect", `${this.outputs.ipAddress}:443`, "-servername", name];
        const check = ["-verify_return_error", "-verify_hostname", name];
        const trust = ["-CAfile", path.join(this.workshop.folder, "trusted.pem")];
        const { stdout } = await execa("openssl", ["s_client", ...connect, ...trust, ...check], {
            input: "",
        });
        const file = this.workshop.write("served.pem", stdout);
        return this.workshop.run("x509", "-in", file, "-noout", "-fingerprint", "-sha256").trim();
    }

    /** Kubernetes' answer to a model's own statistics, asked of one pod. */
    async statistics(pod: string): Promise<{ concurrent: number; highest: number; served: number }> {
        const at = `/api/v1/namespaces/${this.outputs.namespace}/pods/${pod}:5001/proxy/statistics`;
        return parse(await this.kubectl("get", "--raw", at)) as {
            concurrent: number;
            highest: number;
            served: number;
        };
    }
}

/** Everything that the engine or a provider told of with more weight than a note. */
export function diagnostics({ events }: Outcome): string[] {
    return events
        .map(event => event.diagnosticEvent as { severity: string; message: string } | undefined)
        .filter(one => one !== undefined)
        .filter(({ severity }) => severity === "warning" || severity === "error")
        .map(({ severity, message }) => `${severity}: ${message.trim()}`);
}

/** Tells how long something took. */
export async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const begun = Date.now();
    try {
        return await work();
    } finally {
        console.log(`${what}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    }
}
