import { X509Certificate } from "node:crypto";
import * as path from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { sandboxUp } from "../../sandbox/lifecycle/sandbox";
import { eventually } from "../../sandbox/processes/wait";
import { FRONT_IMAGE } from "../../sandbox/images/front";
import { LEGO_IMAGE, legoArchive } from "../../sandbox/images/lego";
import { buildImage } from "../../sandbox/images/recipe";
import type { SandboxInstance } from "../../sandbox/instance";
import { importImage } from "../../sandbox/node/images";
import { nodeTools } from "../../sandbox/node/tools";
import { installStandIns } from "../../sandbox/providers/install";
import { ROOT } from "../../machine/root";
import { type Outcome, TestProject } from "../../sandbox/testing/harness";
import { Workshop } from "../support/openssl";
import { azureClients, LOCATION } from "../../sandbox/testing/azure-clients";
import { startLoad } from "../../sandbox/testing/load";
import { importModelImages } from "../../sandbox/testing/model-image";
import type { PebbleOptions } from "../../sandbox/testing/pebble";
import { type SandboxPebble, sandboxPebble } from "../../sandbox/testing/pebble-sandbox";

/** Settings of the stack by name, less the project's prefix. */
export type Settings = Record<string, unknown>;

/** The outputs that the tests look at, of both hostings. */
export interface AutoOutputs {
    ipAddress: string;
    fqdn: string;
    scoringUri?: string;
    namespace?: string;
    certificate?: { authority?: string };
}

/** What `openssl s_client` was shown. */
export interface Shown {
    /** Whether the certificate is for the name and hangs on the authority's root. */
    trusted: boolean;
    subject: string;
    fingerprint: string;
    /** Of the certificate alone. */
    pem: string;
}

/** A stack in the sandbox, and the authority that it gets its certificates from. */
export class AutoStage {
    readonly workshop = new Workshop();
    outputs!: AutoOutputs;

    private constructor(
        readonly instance: SandboxInstance,
        readonly project: TestProject,
        readonly authority: SandboxPebble,
        private readonly acme: Settings,
        private readonly rootFile: string,
    ) {}

    static async open(
        instance: SandboxInstance,
        settings: Settings,
        authority: Omit<PebbleOptions, "dnsServer" | "address" | "alsoKnownAs"> = {},
    ): Promise<AutoStage> {
        await (prepared ??= prepareSandbox(instance));
        const server = await sandboxPebble(instance, authority);
        const { tls = {}, ...others } = settings as { tls?: { acme?: object } };
        const acme = acmeOf(server, tls.acme);
        const all: Settings = { ...others, tls: { ...tls, acme } };
        const config: Settings = { "azure-native:location": LOCATION };
        for (const [name, value] of Object.entries(all)) config[`azure-secure-inference:${name}`] = value;
        const project = await TestProject.create({
            directory: ROOT,
            configuration: stringify({ config }),
            plugins: home => installStandIns(home, instance),
        });
        const workshop = new Workshop();
        const stage = new AutoStage(
            instance,
            project,
            server,
            acme,
            workshop.write("authority.pem", server.pebble.root),
        );
        return stage;
    }

    async close(): Promise<void> {
        await this.hurry();
        await this.project.dispose();
        await this.authority.pebble.stop();
        this.workshop.close();
    }

    /** Takes pods on Kubernetes away without their time to drain, which nobody waits for any more. */
    private async hurry(): Promise<void> {
        const { namespace } = this.outputs ?? {};
        if (namespace === undefined) return;
        const inNamespace = ["--namespace", namespace, "--ignore-not-found", "--wait=false"];
        await this.kubectl("delete", "deployments", "--all", ...inNamespace);
        await this.kubectl("delete", "pods", "--all", "--force", "--grace-period=0", ...inNamespace);
    }

    async kubectl(...args: string[]): Promise<string> {
        const kubeconfig = path.join(this.instance.stateFolder, "kubeconfig");
        const program = (await nodeTools()).kubernetes("kubectl");
        const { stdout } = await execa(program, ["--kubeconfig", kubeconfig, ...args]);
        return stdout;
    }

    /** Deploys what is configured. */
    async up(): Promise<Outcome> {
        const outcome = await this.project.up();
        if (!outcome.succeeded) throw new Error(`up: ${outcome.text}`);
        this.outputs = (await this.project.outputs({ showSecrets: true })) as unknown as AutoOutputs;
        return outcome;
    }

    /** Changes settings by their paths, e.g. `tls.renewalTrigger`. */
    async configure(settings: Record<string, string>): Promise<void> {
        for (const [at, value] of Object.entries(settings)) {
            await this.project.configure(`azure-secure-inference:${at}`, value);
        }
    }

    /** Goes over to another mode, with no settings that only `Auto` takes, or with those. */
    async mode(mode: string): Promise<void> {
        if (mode === "Auto") {
            for (const [name, value] of Object.entries(this.acme)) {
                await this.configure({ [`tls.acme.${name}`]: String(value) });
            }
        } else {
            await this.project.pulumi(["config", "rm", "--path", "azure-secure-inference:tls.acme"]);
        }
        await this.configure({ "tls.mode": mode });
    }

    /**
     * Has the authority say that the certificate should be renewed now, and sends requests until the name has another one:
     * whether it got one, and what became of the requests.
     */
    async renewalUnderLoad(
        hostname: string,
        url: string,
        patienceMs: number,
    ): Promise<{ renewed: boolean; any: boolean; firstFailures: string[] }> {
        const before = await this.shown(hostname);
        const load = await startLoad({
            url,
            rate: 50,
            ca: this.trusted,
            resolve: this.outputs.ipAddress,
            body: "{}",
            seconds: patienceMs / 1000,
        });
        const past = Date.now() - 1_000;
        await this.authority.pebble.suggestRenewal(before.pem, new Date(past - 60_000), new Date(past));
        const isNew = async () => (await this.shown(hostname)).fingerprint !== before.fingerprint;
        const renewed = await eventually(isNew, patienceMs);
        const { requests, firstFailures } = await load.stop();
        return { renewed, any: requests > 0, firstFailures };
    }

    /** When each container of a resource group was started. */
    async startedContainers(resourceGroup: string): Promise<unknown[]> {
        const { containerGroups } = azureClients(this.instance).containers;
        const started: unknown[] = [];
        for await (const { name = "" } of containerGroups.listByResourceGroup(resourceGroup)) {
            const { containers } = await containerGroups.get(resourceGroup, name);
            started.push(
                ...containers.map(one => [name, one.name, one.instanceView?.currentState?.startTime]),
            );
        }
        return started;
    }

    /** What a client sees that trusts the authority's root and nothing else. */
    async shown(hostname: string): Promise<Shown> {
        const { stdout } = await execa(
            "openssl",
            [
                ...["s_client", "-connect", `${this.outputs.ipAddress}:443`, "-servername", hostname],
                ...["-CAfile", this.rootFile, "-verify_hostname", hostname],
            ],
            { input: "", reject: false },
        );
        const [pem] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(stdout) ?? [];
        const leaf = pem === undefined ? undefined : new X509Certificate(pem);
        return {
            trusted: stdout.includes("Verify return code: 0 (ok)"),
            subject: leaf?.subject ?? "",
            fingerprint: leaf?.fingerprint256 ?? "",
            pem: pem ?? "",
        };
    }

    /** What is answered to somebody who trusts nobody. */
    async answer(url: string): Promise<{ status: number; body: string }> {
        const { hostname } = new URL(url);
        const to = ["443", "80"].flatMap(port => [
            "--resolve",
            `${hostname}:${port}:${this.outputs.ipAddress}`,
        ]);
        const { stdout } = await execa("curl", ["-sSk", "-w", "\n%{http_code}", ...to, url]);
        const at = stdout.lastIndexOf("\n");
        return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) };
    }

    /** File with the root that clients are to trust. */
    get trusted(): string {
        return this.rootFile;
    }
}

/** Of the file's only sandbox: stages may be opened side by side. */
let prepared: Promise<void> | undefined;

async function prepareSandbox(instance: SandboxInstance): Promise<void> {
    await sandboxUp(instance);
    await importImage(instance, await buildImage(FRONT_IMAGE));
    await importImage(instance, await legoArchive());
    await importModelImages(instance);
}

function acmeOf({ directoryUrl, pebble }: SandboxPebble, more: object = {}): Settings {
    return {
        directoryUrl,
        certificateAuthority: pebble.authority,
        image: LEGO_IMAGE,
        waitSeconds: 180,
        ...more,
    };
}

/** Warnings of an update. */
export function warnings({ events }: Outcome): string[] {
    return events
        .map(event => event.diagnosticEvent as { severity: string; message: string } | undefined)
        .filter(diagnostic => diagnostic?.severity === "warning")
        .map(diagnostic => diagnostic?.message ?? "");
}
