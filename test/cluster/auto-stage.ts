import { X509Certificate } from "node:crypto";
import { execa } from "execa";
import { LEGO_IMAGE } from "../../sandbox/images/lego";
import type { SandboxInstance } from "../../sandbox/instance";
import { eventually } from "../../sandbox/processes/wait";
import { azureClients } from "../../sandbox/testing/azure-clients";
import type { Outcome, TestProject } from "../../sandbox/testing/harness";
import { Kubectl } from "../../sandbox/testing/kubectl";
import { startLoad } from "../../sandbox/testing/load";
import type { PebbleOptions } from "../../sandbox/testing/pebble";
import { type SandboxPebble, sandboxPebble } from "../../sandbox/testing/pebble-sandbox";
import { prepareSandbox } from "../support/aks-stage";
import { type Answer, curl } from "../support/curl";
import { OpensslWorkspace } from "../support/openssl";
import { configure, createServiceStack, type Settings } from "../support/service-stack";

/** Timeout of a renewal on a busy machine, in milliseconds. */
export const RENEWAL_TIMEOUT_MS = 240_000;

/** The outputs of both hostings that the tests use. */
export interface AutoOutputs {
    ipAddress: string;
    fqdn: string;
    scoringUri?: string;
    namespace?: string;
    certificate?: { authority?: string };
}

/** The certificate that `openssl s_client` received. */
export interface ServedCertificate {
    /** Whether it is valid for the name and issued by the test's authority. */
    trusted: boolean;
    subject: string;
    fingerprint: string;
    /** The leaf. */
    pem: string;
}

/** A stack in the sandbox with TlsMode.Auto, and the ACME server that issues its certificates. */
export class AutoStage {
    readonly workspace = new OpensslWorkspace();
    outputs!: AutoOutputs;
    /** File with the root of the issued certificates. */
    readonly rootFile: string;

    private constructor(
        readonly instance: SandboxInstance,
        readonly project: TestProject,
        readonly authority: SandboxPebble,
        private readonly acme: Settings,
        readonly kubectl: Kubectl,
    ) {
        this.rootFile = this.workspace.write("authority.pem", authority.pebble.root);
    }

    static async open(
        instance: SandboxInstance,
        settings: Settings,
        authority: Omit<PebbleOptions, "dnsServer" | "address" | "alsoKnownAs"> = {},
    ): Promise<AutoStage> {
        await (prepared ??= prepareSandbox(instance));
        const server = await sandboxPebble(instance, authority);
        const { tls = {}, ...others } = settings as { tls?: { acme?: object } };
        const acme = acmeOf(server, tls.acme);
        const project = await createServiceStack(instance, { ...others, tls: { ...tls, acme } });
        return new AutoStage(instance, project, server, acme, await Kubectl.forSandbox(instance));
    }

    async close(): Promise<void> {
        const { namespace } = this.outputs ?? {};
        if (namespace !== undefined) await this.kubectl.killPods(namespace);
        await this.project.dispose();
        await this.authority.pebble.stop();
        this.workspace.close();
    }

    /** Deploys the current settings. */
    async up(): Promise<Outcome> {
        const outcome = await this.project.up();
        if (!outcome.succeeded) throw new Error(`up: ${outcome.text}`);
        this.outputs = (await this.project.outputs({ showSecrets: true })) as unknown as AutoOutputs;
        return outcome;
    }

    /** Changes settings by their paths, e.g. `tls.renewalTrigger`. */
    configure(settings: Settings): void {
        configure(this.project, settings);
    }

    /** Changes the mode. The settings of `tls.acme` are allowed with `Auto` only. */
    mode(mode: "Auto" | "SelfSigned"): void {
        this.configure({ "tls.mode": mode, "tls.acme": mode === "Auto" ? this.acme : undefined });
    }

    /** Makes the authority suggest a renewal, and sends requests until another certificate is served. */
    async renewalUnderLoad(
        url: string,
    ): Promise<{ renewed: boolean; any: boolean; firstFailures: string[] }> {
        const { hostname } = new URL(url);
        const before = await this.servedCertificate(hostname);
        const load = await startLoad({
            url,
            rate: 50,
            ca: this.rootFile,
            resolve: this.outputs.ipAddress,
            body: "{}",
            seconds: RENEWAL_TIMEOUT_MS / 1000,
        });
        const past = Date.now() - 1_000;
        await this.authority.pebble.suggestRenewal(before.pem, new Date(past - 60_000), new Date(past));
        const isNew = async () => (await this.servedCertificate(hostname)).fingerprint !== before.fingerprint;
        const renewed = await eventually(isNew, RENEWAL_TIMEOUT_MS);
        const { requests, firstFailures } = await load.stop();
        return { renewed, any: requests > 0, firstFailures };
    }

    /** Whether another valid certificate than `before` is served before the timeout of a renewal. */
    servesAnother(hostname: string, before: ServedCertificate): Promise<boolean> {
        return eventually(async () => {
            const { trusted, fingerprint } = await this.servedCertificate(hostname);
            return trusted && fingerprint !== before.fingerprint;
        }, RENEWAL_TIMEOUT_MS);
    }

    /** The start time of each container of a resource group. */
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

    /** The certificate that is served for a name, verified against the test's authority only. */
    async servedCertificate(hostname: string): Promise<ServedCertificate> {
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

    /** A GET request that accepts any certificate. */
    answer(url: string): Promise<Answer> {
        return curl(url, { address: this.outputs.ipAddress });
    }
}

/** Stages of one file share its sandbox and are opened concurrently. */
let prepared: Promise<void> | undefined;

function acmeOf({ directoryUrl, pebble }: SandboxPebble, more: object = {}): Settings {
    return {
        directoryUrl,
        certificateAuthority: pebble.authority,
        image: LEGO_IMAGE,
        waitSeconds: 180,
        ...more,
    };
}
