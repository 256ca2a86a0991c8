import { createHash, X509Certificate } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execa, type ResultPromise } from "execa";
import {
    CERTIFICATE_FILE,
    CONFIGURATION_FOLDER,
    FRONT_CONFIGURATION_VARIABLE,
    frontContainerCommand,
    frontFiles,
    frontScripts,
    type FrontSettings,
    HEALTH_PORT,
    KEY_DIGESTS_FILE,
    PLACEHOLDER_COMMON_NAME,
    type PodFrontSettings,
    renderFront,
    SECRET_FOLDER,
    STORE_COPY_FOLDER,
    STORE_FOLDER,
    storeFrontContainerCommand,
    storeFrontPodCommand,
} from "../../components/front";
import { eventually } from "../../sandbox/processes/wait";
import { commandInRoot } from "../../sandbox/images/command";
import type { FakeClock } from "./fake-clock";
import { TestAuthority } from "./front-certificates";
import { testedFrontRoot } from "./front-root";

export const HOST = "score.test";
export const PRIMARY_KEY = "primary-key-of-the-test";
export const SECONDARY_KEY = "secondary-key-of-the-test";

/** What curl saw. */
export interface Answer {
    status: number;
    /** `1.1` or `2`. */
    version: string;
    headers: Record<string, string | undefined>;
    body: string;
}

/** The request as the model received it. */
export interface Seen {
    url: string;
    bytes: number;
    headers: Record<string, string | undefined>;
}

/**
 * A front on this machine: HAProxy 3.0 from the front image, started by the container's command, in a network namespace (so ports
 * 80 and 443 are free) with a model.
 */
export class FrontStage {
    readonly folder = mkdtempSync(path.join(os.tmpdir(), "front-test-"));
    /** The certificate store, for fronts whose certificate comes from it. */
    readonly store = path.join(this.folder, "store");
    readonly namespace = path.basename(this.folder);
    readonly authority = new TestAuthority(this.folder);
    readonly #secrets = path.join(this.folder, "secrets");
    #root = "";
    #log = "";
    #drains = false;
    #model: ResultPromise | undefined;
    #front:
        ResultPromise<{ all: true; reject: false; stdin: "ignore"; env: Record<string, string> }> | undefined;

    async open(): Promise<void> {
        this.#root = await testedFrontRoot();
        await execa("ip", ["netns", "add", this.namespace]);
        await this.inside(["ip", "link", "set", "lo", "up"]);
        mkdirSync(this.#secrets, { mode: 0o700 });
        mkdirSync(this.store);
        // HAProxy reads as another user.
        chmodSync(this.folder, 0o711);
        await this.authority.open();
        const { chain, key } = await this.authority.leaf(HOST);
        writeFileSync(path.join(this.#secrets, CERTIFICATE_FILE), chain + key, { mode: 0o600 });
        const digests = [PRIMARY_KEY, SECONDARY_KEY].map(key =>
            createHash("sha256").update(key).digest("hex"),
        );
        writeFileSync(path.join(this.#secrets, KEY_DIGESTS_FILE), `${digests.join("\n")}\n`, { mode: 0o600 });
        this.startModel();
    }

    /** `open`, for a front whose certificate comes from the store: its own certificate is the placeholder. */
    async openWithPlaceholder(): Promise<void> {
        await this.open();
        const subject = ["-subj", `/CN=${PLACEHOLDER_COMMON_NAME}`];
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", "-"];
        const { stdout } = await execa("openssl", ["req", "-x509", "-days", "2", ...key, ...subject]);
        writeFileSync(path.join(this.#secrets, CERTIFICATE_FILE), `${stdout}\n`, { mode: 0o600 });
    }

    async close(): Promise<void> {
        await this.stopFront();
        await this.stopModel();
        if (existsSync(`/run/netns/${this.namespace}`))
            await execa("ip", ["netns", "delete", this.namespace]);
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** Runs a command in the network namespace of the front. */
    inside(command: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}) {
        const args = [`--net=/run/netns/${this.namespace}`, ...command];
        return execa("nsenter", args, { reject: false, stdin: "ignore", ...options });
    }

    startModel(): void {
        this.#model = this.inside([process.execPath, path.join(__dirname, "front-model.mjs")]);
    }

    async stopModel(): Promise<void> {
        this.#model?.kill("SIGKILL");
        await this.#model;
    }

    /** Replaces the front by one with these settings and waits until it is ready. */
    async startFront(settings: FrontSettings, clock?: FakeClock): Promise<void> {
        const stored = settings.tls?.storedCertificate !== undefined;
        const command = stored ? storeFrontContainerCommand : frontContainerCommand;
        const timed = clock?.command(command) ?? command;
        await this.#start(this.#inRoot(timed, clock?.mounts), {
            [FRONT_CONFIGURATION_VARIABLE]: renderFront(settings),
        });
    }

    /** The same with the front of a pod, whose certificate comes from the store. */
    async startPodFront(settings: PodFrontSettings): Promise<void> {
        const folder = this.#write("configuration", frontFiles(settings));
        const copy = mkdtempSync(this.file("copy-"));
        const mounts = { [CONFIGURATION_FOLDER]: folder, [STORE_COPY_FOLDER]: copy };
        await this.#start(this.#inRoot(storeFrontPodCommand, mounts));
        this.#drains = true;
    }

    async #start([program = "", ...args]: string[], env: Record<string, string> = {}): Promise<void> {
        await this.stopFront();
        this.#front = execa(program, args, {
            env,
            reject: false,
            stdin: "ignore",
            all: true,
        });
        this.#log = "";
        this.#front.all.on("data", (chunk: Buffer) => (this.#log += chunk.toString()));
        if (!(await eventually(async () => (await this.health("/ready")) === 200, 60_000))) {
            throw new Error(`The front did not become ready:\n${await this.stopFront()}`);
        }
    }

    /** Sends the stop signal, as a runtime does. Returns the log when the front has ended. */
    async stopFront(): Promise<string> {
        if (!this.#front) return "";
        // The front of a pod drains for a long time. SIGTERM to HAProxy itself ends it at once.
        if (this.#drains) await execa("pkill", ["--parent", String(this.frontPid), "--exact", "haproxy"]);
        else this.#front.kill("SIGTERM");
        this.#drains = false;
        const { all } = await this.#front;
        this.#front = undefined;
        return String(all ?? "");
    }

    /** The first process of the container. */
    get frontPid(): number {
        return this.#front?.pid ?? 0;
    }

    /** Every line of `haproxy -c`, and whether it accepts the text. */
    async check(configuration: string): Promise<{ valid: boolean; output: string }> {
        const files = { "haproxy.cfg": configuration, ...frontScripts("stored") };
        const mounts = { "/run/check": this.#write("check", files) };
        const [program = "", ...args] = this.#inRoot(
            ["haproxy", "-c", "-f", "haproxy.cfg"],
            mounts,
            "/run/check",
        );
        const { failed, all } = await execa(program, args, { reject: false, stdin: "ignore", all: true });
        return { valid: !failed, output: all };
    }

    /** Sends a request by curl, which verifies the certificate. */
    async curl(address: string, ...options: readonly string[]): Promise<Answer> {
        const { stdout, stderr, failed } = await this.inside([
            ...[
                "curl",
                "--silent",
                "--show-error",
                "--max-time",
                "20",
                "--cacert",
                this.file("authority.pem"),
            ],
            ...[80, 443].flatMap(port => ["--resolve", `${HOST}:${port}:127.0.0.1`]),
            ...["--write-out", "\n%{json}\n%{header_json}", ...options, address],
        ]);
        const parts = /^([^]*)\n(\{"[^\n]*\})\n(\{[^]*\})$/.exec(stdout);
        if (failed || !parts) throw new Error(`curl ${options.join(" ")} ${address}: ${stderr} ${stdout}`);
        const [, body = "", summary = "", headers = ""] = parts;
        const { http_code, http_version } = JSON.parse(summary) as {
            http_code: number;
            http_version: string;
        };
        const lists = Object.entries(JSON.parse(headers) as Record<string, string[]>);
        return {
            status: http_code,
            version: http_version,
            body,
            headers: Object.fromEntries(lists.map(([name, values]) => [name, values.join(", ")])),
        };
    }

    /** A scoring request with the primary key. */
    score(...options: readonly string[]): Promise<Answer> {
        return this.curl(
            `https://${HOST}/score`,
            "--header",
            `Authorization: Bearer ${PRIMARY_KEY}`,
            ...options,
        );
    }

    /** Starts a request that the model keeps until `release(name)`. */
    hold(name: string): Promise<Answer> {
        return this.score("--data", "{}", "--header", `x-hold: ${name}`);
    }

    async release(name: string): Promise<void> {
        await this.inside(["curl", "--silent", `http://127.0.0.1:5001/release?name=${name}`]);
    }

    /** Waits until the model holds exactly these requests. */
    async holding(...names: readonly string[]): Promise<void> {
        const there = await eventually(async () => {
            const { stdout } = await this.inside(["curl", "--silent", "http://127.0.0.1:5001/held"]);
            return stdout === JSON.stringify(names);
        }, 10_000);
        if (!there) throw new Error(`The model does not hold ${names.join(" and ")}`);
    }

    /** Waits until this number of requests is in the queue. */
    async queued(count: number): Promise<void> {
        const there = await eventually(
            async () =>
                (await this.metrics()).includes(`haproxy_backend_current_queue{proxy="iris"} ${count}\n`),
            10_000,
        );
        if (!there) throw new Error(`There are not ${count} requests in the queue`);
    }

    /** How many times the front has logged that a certificate cannot be used. */
    refusals(): number {
        return this.#log.split("cannot be used").length - 1;
    }

    async metrics(): Promise<string> {
        const { stdout } = await this.inside(["curl", "--silent", `http://127.0.0.1:${HEALTH_PORT}/metrics`]);
        return stdout;
    }

    /** Status of a path on the health port, 0 when nothing listens. */
    async health(at: string): Promise<number> {
        const { stdout } = await this.inside([
            ...["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}"],
            `http://127.0.0.1:${HEALTH_PORT}${at}`,
        ]);
        return Number(stdout);
    }

    /** `openssl s_client` with the full handshake's report. */
    async handshake(...options: readonly string[]): Promise<string> {
        const { stdout, stderr } = await this.inside([
            ...["openssl", "s_client", "-connect", "127.0.0.1:443", "-servername", HOST, "-showcerts"],
            ...["-verify_hostname", HOST, "-CAfile", this.file("authority.pem"), ...options],
        ]);
        return stdout + stderr;
    }

    /** Serial number of the certificate that the front serves. */
    async servedSerial(port = 443): Promise<string> {
        const { stdout } = await this.inside([
            ...["openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-servername", HOST],
        ]);
        const pem = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(stdout)?.[0] ?? "";
        return new X509Certificate(pem).serialNumber;
    }

    #inRoot(command: readonly string[], more: Record<string, string> = {}, workingFolder?: string): string[] {
        const mounts = { [SECRET_FOLDER]: this.#secrets, [STORE_FOLDER]: this.store, ...more };
        const { namespace: networkNamespace } = this;
        return commandInRoot({ root: this.#root, networkNamespace, mounts, workingFolder }, command);
    }

    /** Writes files into a folder of the stage. */
    #write(name: string, files: Readonly<Record<string, string>>): string {
        const folder = this.file(name);
        mkdirSync(folder, { recursive: true });
        for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
        return folder;
    }

    file(name: string): string {
        return path.join(this.folder, name);
    }
}
