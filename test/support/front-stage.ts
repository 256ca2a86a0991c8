import { createHash } from "node:crypto";
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
import { FOLLOW_STORE_FILE } from "../../components/front/follow-store";
import { eventually } from "../../sandbox/processes/wait";
import { frontRoot } from "../../sandbox/images";
import { commandInRoot } from "../../sandbox/images/command";
import { TestAuthority } from "./front-certificates";

export const HOST = "score.test";
export const PRIMARY_KEY = "primary-key-of-the-test";
export const SECONDARY_KEY = "secondary-key-of-the-test";

/** An answer that curl received. */
export interface Answer {
    status: number;
    /** `1.1` or `2`. */
    version: string;
    headers: Record<string, string | undefined>;
    body: string;
}

/** The request that the model received, from the model's answer. */
export interface Seen {
    url: string;
    bytes: number;
    headers: Record<string, string | undefined>;
}

/**
 * A network namespace with a model and HAProxy 3.0 from the front image, started with the command of the container. Ports 80
 * and 443 are those of the namespace.
 */
export class FrontStage {
    readonly folder = mkdtempSync(path.join(os.tmpdir(), "front-test-"));
    /** The certificate store of fronts with TlsMode.Auto. */
    readonly store = path.join(this.folder, "store");
    readonly namespace = path.basename(this.folder);
    readonly #secrets = path.join(this.folder, "secrets");
    #root = "";
    #log = "";
    #drains = false;
    #model: ResultPromise | undefined;
    #front:
        ResultPromise<{ all: true; reject: false; stdin: "ignore"; env: Record<string, string> }> | undefined;

    async open(): Promise<void> {
        this.#root = await frontRoot();
        await execa("ip", ["netns", "add", this.namespace]);
        await this.inside(["ip", "link", "set", "lo", "up"]);
        mkdirSync(this.#secrets, { mode: 0o700 });
        mkdirSync(this.store);
        // HAProxy reads the files as another user.
        chmodSync(this.folder, 0o711);
        const authority = new TestAuthority(this.folder);
        await authority.open();
        const { chain, key } = await authority.leaf(HOST);
        writeFileSync(path.join(this.#secrets, CERTIFICATE_FILE), chain + key, { mode: 0o600 });
        const digests = [PRIMARY_KEY, SECONDARY_KEY].map(key =>
            createHash("sha256").update(key).digest("hex"),
        );
        writeFileSync(path.join(this.#secrets, KEY_DIGESTS_FILE), `${digests.join("\n")}\n`, { mode: 0o600 });
        this.startModel();
    }

    async close(): Promise<void> {
        await this.stopFront();
        await this.stopModel();
        if (existsSync(`/run/netns/${this.namespace}`))
            await execa("ip", ["netns", "delete", this.namespace]);
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** Runs a program in the front's network namespace. */
    inside(command: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}) {
        const args = [`--net=/run/netns/${this.namespace}`, ...command];
        return execa("nsenter", args, { reject: false, stdin: "ignore", ...options });
    }

    /** Gives the front a placeholder certificate, as a stack creates it, from its next start. */
    async usePlaceholder(): Promise<void> {
        const subject = ["-subj", `/CN=${PLACEHOLDER_COMMON_NAME}`];
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", "-"];
        const { stdout } = await execa("openssl", ["req", "-x509", "-days", "2", ...key, ...subject]);
        writeFileSync(path.join(this.#secrets, CERTIFICATE_FILE), `${stdout}\n`, { mode: 0o600 });
    }

    startModel(): void {
        this.#model = this.inside([process.execPath, path.join(__dirname, "front-model.mjs")]);
    }

    async stopModel(): Promise<void> {
        this.#model?.kill("SIGKILL");
        await this.#model;
    }

    /** Stops the front, starts one with these settings and waits until it is ready. */
    async startFront(settings: FrontSettings): Promise<void> {
        const configuration = renderFront(settings);
        await this.#start(this.#inRoot(commandFor(configuration)), configuration);
    }

    /** The same with the configuration and command of a pod with TlsMode.Auto. */
    async startPodFront(settings: PodFrontSettings): Promise<void> {
        const folder = this.file("configuration");
        mkdirSync(folder, { recursive: true });
        for (const [name, text] of Object.entries(frontFiles(settings))) {
            writeFileSync(path.join(folder, name), text);
        }
        const copy = mkdtempSync(this.file("copy-"));
        const mounts = { [CONFIGURATION_FOLDER]: folder, [STORE_COPY_FOLDER]: copy };
        await this.#start(this.#inRoot(storeFrontPodCommand, mounts));
        this.#drains = true;
    }

    async #start([program = "", ...args]: string[], configuration = ""): Promise<void> {
        await this.stopFront();
        this.#front = execa(program, args, {
            env: { [FRONT_CONFIGURATION_VARIABLE]: configuration },
            reject: false,
            stdin: "ignore",
            all: true,
        });
        this.#log = "";
        this.#front.all.on("data", (chunk: Buffer) => (this.#log += chunk.toString()));
        if (!(await eventually(async () => (await this.health("/ready")) === 200, 20_000))) {
            throw new Error(`The front did not become ready:\n${await this.stopFront()}`);
        }
    }

    /** Stops the front as a container runtime does. @returns its log */
    async stopFront(): Promise<string> {
        if (!this.#front) return "";
        // On SIGTERM a front in a pod drains for a long time. HAProxy itself stops at once.
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

    /** The output of `haproxy -c` and whether it accepts the configuration. */
    async check(configuration: string): Promise<{ valid: boolean; said: string }> {
        const checking = commandFor(configuration).map(part =>
            part.replace("haproxy -f haproxy.cfg &", "haproxy -c -f haproxy.cfg &"),
        );
        const [program = "", ...args] = this.#inRoot(checking);
        const { failed, all } = await execa(program, args, {
            env: { [FRONT_CONFIGURATION_VARIABLE]: configuration },
            reject: false,
            stdin: "ignore",
            all: true,
        });
        return { valid: !failed, said: all };
    }

    /** A request by curl, which verifies the certificate. */
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

    /** Starts a request that the model answers after `release(name)`. */
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

    /** Waits until `count` requests are in the front's queue. */
    async queued(count: number): Promise<void> {
        const there = await eventually(
            async () =>
                (await this.metrics()).includes(`haproxy_backend_current_queue{proxy="iris"} ${count}\n`),
            10_000,
        );
        if (!there) throw new Error(`There are not ${count} requests in the queue`);
    }

    /** How often the front logged that a certificate in the store cannot be used. */
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

    /** The output of `openssl s_client`. */
    async handshake(...options: readonly string[]): Promise<string> {
        const { stdout, stderr } = await this.inside([
            ...["openssl", "s_client", "-connect", "127.0.0.1:443", "-servername", HOST, "-showcerts"],
            ...["-verify_hostname", HOST, "-CAfile", this.file("authority.pem"), ...options],
        ]);
        return stdout + stderr;
    }

    #inRoot(command: readonly string[], more: Record<string, string> = {}): string[] {
        const mounts = { [SECRET_FOLDER]: this.#secrets, [STORE_FOLDER]: this.store, ...more };
        return commandInRoot({ root: this.#root, networkNamespace: this.namespace, mounts }, command);
    }

    file(name: string): string {
        return path.join(this.folder, name);
    }
}

/** The command that the components use, with or without a certificate store. */
function commandFor(configuration: string): readonly string[] {
    return configuration.includes(FOLLOW_STORE_FILE) ? storeFrontContainerCommand : frontContainerCommand;
}
