import { Resolver } from "node:dns/promises";
import * as path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { FRONT_IMAGE } from "../../sandbox/images/front";
import { legoArchive } from "../../sandbox/images/lego";
import { buildImage } from "../../sandbox/images/recipe";
import type { SandboxInstance } from "../../sandbox/instance";
import { sandboxUp } from "../../sandbox/lifecycle/sandbox";
import { importImage } from "../../sandbox/node/images";
import { eventually } from "../../sandbox/processes/wait";
import type { Outcome, TestProject } from "../../sandbox/testing/harness";
import { Kubectl } from "../../sandbox/testing/kubectl";
import { importModelImages, MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { type Answer, curl } from "./curl";
import { OpensslWorkspace } from "./openssl";
import { configure, createServiceStack, type Settings } from "./service-stack";

/** Timeout for a change in Kubernetes, long enough for a busy machine. */
const TIMEOUT_MS = 120_000;

/** Outputs of the stack, with decrypted secrets. */
export interface AksOutputs {
    services: Record<string, { scoringUri: string; swaggerUri: string }>;
    keys: Record<string, { primary: string; secondary: string }>;
    fqdn: string;
    ipAddress: string;
    certificate?: { authority?: string; fingerprint: string };
    namespace: string;
    kubeconfig: string;
}

/** The fields of a pod that the tests use. */
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

/** The model of sandbox/testing/model: ready at once, and its answers name the pod. */
export const SMALL_MODEL = {
    image: MODEL_IMAGE,
    cpu: 0.02,
    memoryInGB: 0.03125,
    readiness: { periodSeconds: 1 },
};

/** Starts the sandbox and imports the images of the front, the issuer and the test's model. */
export async function prepareSandbox(instance: SandboxInstance): Promise<void> {
    await sandboxUp(instance);
    for (const archive of [await buildImage(FRONT_IMAGE), await legoArchive()]) {
        await importImage(instance, archive);
    }
    await importModelImages(instance);
}

/** A stack on Kubernetes in the sandbox, and independent clients (curl, openssl, kubectl) to inspect it. */
export class AksStage {
    readonly workspace = new OpensslWorkspace();
    outputs!: AksOutputs;

    private constructor(
        private readonly instance: SandboxInstance,
        readonly project: TestProject,
        readonly kubectl: Kubectl,
    ) {}

    static async open(instance: SandboxInstance, settings: Settings): Promise<AksStage> {
        const project = await createServiceStack(instance, settings);
        return new AksStage(instance, project, await Kubectl.forSandbox(instance));
    }

    /** Destroys the stack and removes the test's files. */
    async close(): Promise<void> {
        await this.killPods();
        await this.project.dispose();
        this.workspace.close();
    }

    /** Deletes the pods of the stack without their drain, so that a destroy does not wait for it. */
    async killPods(): Promise<void> {
        if (this.outputs !== undefined) await this.kubectl.killPods(this.outputs.namespace);
    }

    /**
     * Deploys the current settings.
     * @throws when the update reports an error or a warning
     */
    async up(): Promise<Outcome> {
        const outcome = await this.project.up();
        const remarks = [...outcome.errors, ...outcome.warnings];
        if (!outcome.succeeded || remarks.length > 0)
            throw new Error(`up: ${remarks.join("\n") || outcome.text}`);
        this.outputs = (await this.project.outputs({ showSecrets: true })) as unknown as AksOutputs;
        return outcome;
    }

    /** Changes settings by their paths, e.g. `models.iris.replicas`; `undefined` removes one. */
    configure(settings: Settings): void {
        configure(this.project, settings);
    }

    /** Objects in the stack's namespace. */
    async objects<Kind = Record<string, unknown>>(kind: string, ...args: string[]): Promise<Kind[]> {
        const { namespace } = this.outputs;
        const text = await this.kubectl.run("get", kind, "--namespace", namespace, "--output=json", ...args);
        return (JSON.parse(text) as { items: Kind[] }).items;
    }

    /** Pods of a model, or of the front for "front", that are not being deleted. */
    async pods(name: string): Promise<Pod[]> {
        const pods = await this.objects<Pod>("pods", `--selector=app.kubernetes.io/name=${name}`);
        return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    }

    async podNames(name: string): Promise<string[]> {
        return (await this.pods(name)).map(({ metadata }) => metadata.name).sort();
    }

    /** Waits until none of these pods exists. */
    async gone(names: readonly string[]): Promise<void> {
        await this.soon(`${names.join(", ")} are gone`, async () => {
            const pods = await this.objects<Pod>("pods");
            return pods.every(({ metadata }) => !names.includes(metadata.name));
        });
    }

    /** Waits until `count` pods of a model or of the front are ready. */
    async ready(name: string, count: number): Promise<void> {
        await this.soon(`${count} pods of ${name} are ready`, async () => {
            const ready = (await this.pods(name)).filter(({ status }) =>
                status.conditions?.some(one => one.type === "Ready" && one.status === "True"),
            );
            return ready.length === count;
        });
    }

    async soon(what: string, condition: () => Promise<boolean>): Promise<void> {
        if (!(await eventually(condition, TIMEOUT_MS)))
            throw new Error(`Timeout after ${TIMEOUT_MS / 1000} s: ${what}.`);
    }

    /** Sets the authority that clients trust. @returns its file */
    trust(authority = this.outputs.certificate?.authority ?? ""): string {
        return this.workspace.write("trusted.pem", authority);
    }

    /** A request by curl to the address that the sandbox's DNS server has for the host name. */
    async curl(url: string, ...args: string[]): Promise<Answer> {
        const address = await this.resolved(new URL(url).hostname);
        return await curl(url, { address, authorityFile: this.authorityFile }, ...args);
    }

    /** The file that `trust` writes. */
    get authorityFile(): string {
        return path.join(this.workspace.folder, "trusted.pem");
    }

    /** A scoring request by curl. The key is in a file, because every user can read arguments. */
    score(url: string, key?: string, body = "{}"): Promise<Answer> {
        const header = key && this.workspace.write("header", `Authorization: Bearer ${key}`);
        return this.curl(url, "--data", body, ...(header ? ["--header", `@${header}`] : []));
    }

    /** The address of a name in the sandbox's DNS server. */
    async resolved(name: string): Promise<string> {
        const resolver = new Resolver();
        resolver.setServers([`${this.instance.dns.address}:${this.instance.dns.port}`]);
        const [address = ""] = await resolver.resolve4(name);
        return address;
    }

    /**
     * The fingerprint of the certificate that is served for a name, as openssl prints it.
     * @throws when the certificate is not trusted or not valid for the name
     */
    async servedFingerprint(name: string): Promise<string> {
        const connect = ["-connect", `${this.outputs.ipAddress}:443`, "-servername", name];
        const check = ["-verify_return_error", "-verify_hostname", name];
        const trust = ["-CAfile", this.authorityFile];
        const { stdout } = await execa("openssl", ["s_client", ...connect, ...trust, ...check], {
            input: "",
        });
        const file = this.workspace.write("served.pem", stdout);
        return this.workspace.run("x509", "-in", file, "-noout", "-fingerprint", "-sha256").trim();
    }

    /** The statistics of one pod of the test's model, through the API server's proxy. */
    async statistics(pod: string): Promise<{ concurrent: number; highest: number; served: number }> {
        const at = `/api/v1/namespaces/${this.outputs.namespace}/pods/${pod}:5001/proxy/statistics`;
        return parse(await this.kubectl.run("get", "--raw", at)) as {
            concurrent: number;
            highest: number;
            served: number;
        };
    }
}

/** Prints how long `work` took. */
export async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const begun = Date.now();
    try {
        return await work();
    } finally {
        console.log(`${what}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    }
}
