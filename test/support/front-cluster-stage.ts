import { createHash, X509Certificate } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execa, type ResultPromise } from "execa";
import {
    CERTIFICATE_FILE,
    CONFIGURATION_FOLDER,
    frontFiles,
    frontPodCommand,
    HEALTH_PORT,
    SECRET_FOLDER,
    UNPRIVILEGED_HTTPS_PORT,
    type PodFrontModel,
    type PodFrontSettings,
} from "../../components/front";
import { eventually } from "../../sandbox/processes/wait";
import { commandInRoot } from "../../sandbox/images/command";
import { exchange, TestAuthority } from "./front-certificates";
import { Around, type LoadSeen, type ModelSeen, type Outcome } from "./front-cluster-around";
import { testedFrontRoot } from "./front-root";

export const HOST = "score.test";
/** Names that the certificate covers. */
const HOSTS = [HOST, "iris.test", "wine.test", "rose.test"];
/** The headless Service over the fronts. */
export const FRONTS = "fronts.ml.svc.cluster.local";
/** DNS changes are visible within a second here. */
const IN_STAGE = { host: FRONTS, most: 4, dnsDelaySeconds: 5 };
/** Address of DNS, the models and the clients. */
const HUB = "10.99.0.1";
/** Neither root nor a user of the image. */
const USER = 10_001;

interface Front {
    process: ResultPromise<{ all: true; reject: false; stdin: "ignore" }>;
    lines: string[];
    ended: Promise<void>;
}

/**
 * A cluster's network on this machine: a bridge in a network namespace with DNS, models and clients, and one namespace per front,
 * connected to the bridge. A front is HAProxy 3.0 from the front image, started by the pod's command as an unprivileged user.
 */
export class ClusterStage {
    readonly folder = mkdtempSync(path.join(os.tmpdir(), "front-cluster-"));
    readonly authority = new TestAuthority(this.folder);
    readonly #hub = `fc-${process.pid}`;
    readonly #secrets = path.join(this.folder, "secrets");
    readonly #fronts = new Map<number, Front>();
    #around: Around | undefined;
    #root = "";

    async open(): Promise<void> {
        this.#root = await testedFrontRoot();
        await this.authority.open();
        mkdirSync(this.#secrets);
        await this.newCertificate();
        await execa("ip", ["netns", "add", this.#hub]);
        await this.inside(["ip", "link", "set", "lo", "up"]);
        // A fixed MAC address: otherwise the bridge changes it when a front joins, and the other fronts cannot reach the models.
        await this.inside(["ip", "link", "add", "br0", "address", "02:00:00:00:00:01", "type", "bridge"]);
        await this.inside(["ip", "address", "add", `${HUB}/24`, "dev", "br0"]);
        for (let last = 101; last <= 120; last++)
            await this.inside(["ip", "address", "add", `10.99.0.${last}/24`, "dev", "br0"]);
        await this.inside(["ip", "link", "set", "br0", "up"]);
        this.#around = await Around.start(this.#hub, HUB);
    }

    async close(): Promise<void> {
        for (const index of [...this.#fronts.keys()]) await this.killFront(index);
        this.#around?.stop();
        for (const name of [this.#hub, ...[1, 2, 3, 4].map(index => this.#namespace(index))])
            if (existsSync(`/run/netns/${name}`)) await execa("ip", ["netns", "delete", name]);
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** Sends a command to front-cluster.mjs. */
    ask<Answer>(ask: string, values: object): Promise<Answer> {
        if (!this.#around) throw new Error("The stage is not open.");
        return this.#around.ask(ask, values);
    }

    dns(name: string, addresses: readonly string[]): Promise<void> {
        return this.ask("dns", { name, addresses });
    }

    /** Starts a model with a replica on each address, and adds it to DNS. Returns its settings for the fronts. */
    async model(
        name: string,
        lasts: readonly number[],
        delayMs: number,
        changes: Partial<PodFrontModel> = {},
    ): Promise<PodFrontModel> {
        const addresses = lasts.map(last => `10.99.0.${last}`);
        const host = `${name}.ml.svc.cluster.local`;
        await this.ask("model", { name, addresses, port: 5001, delayMs });
        await this.dns(host, addresses);
        return {
            ...{ name, host, port: 5001, healthPath: "/health", replicas: 4 },
            ...{ maxConcurrentRequests: 1, maxQueueWaitMs: 60_000, scoringTimeoutMs: 60_000 },
            ...{ maxBodyBytes: 1_048_576, keysRequired: false, ...changes },
        };
    }

    seen(name: string): Promise<ModelSeen> {
        return this.ask("modelSeen", { name });
    }

    /** Replaces the mounted chain and key. Returns the serial number in the format of `served`. */
    async newCertificate(): Promise<string> {
        const { chain, key } = await this.authority.leaf(...HOSTS);
        this.secrets({ [CERTIFICATE_FILE]: chain, [`${CERTIFICATE_FILE}.key`]: key });
        return `serial=${new X509Certificate(chain).serialNumber}`;
    }

    secrets(files: Record<string, string>): void {
        exchange(this.#secrets, files);
    }

    address(index: number): string {
        return `10.99.0.${10 + index}`;
    }

    /** Starts the front with this number (1 to 4). */
    async startFront(index: number, settings: PodFrontSettings): Promise<void> {
        const namespace = this.#namespace(index);
        if (!existsSync(`/run/netns/${namespace}`)) await this.#connect(index, namespace);
        const [program = "", ...args] = this.#command(frontFiles(settings), frontPodCommand, namespace);
        const started = execa(program, args, { reject: false, stdin: "ignore", all: true });
        const lines: string[] = [];
        const note = async () => {
            for await (const line of started.iterable({ from: "all" })) lines.push(line);
        };
        this.#fronts.set(index, { process: started, lines, ended: note() });
    }

    /** Starts fronts that find each other, adds them to the load balancer, and waits until all are ready. */
    async startFronts(settings: PodFrontSettings, indices: readonly number[] = [1, 2]): Promise<void> {
        for (const index of [...this.#fronts.keys()]) await this.killFront(index);
        const addresses = indices.map(index => this.address(index));
        await this.dns(FRONTS, addresses);
        for (const index of indices) await this.startFront(index, { ...settings, fronts: IN_STAGE });
        for (const index of indices) await this.ready(index);
        await this.endpoints(...indices);
    }

    /** Starts another front, which DNS lists at once. */
    async addFront(index: number, settings: PodFrontSettings, all: readonly number[]): Promise<void> {
        await this.startFront(index, { ...settings, fronts: IN_STAGE });
        await this.dns(
            FRONTS,
            all.map(each => this.address(each)),
        );
        await this.ready(index);
    }

    /** Sets the targets of the load balancer for new connections. */
    endpoints(...indices: readonly number[]): Promise<void> {
        return this.ask("endpoints", { addresses: indices.map(index => this.address(index)) });
    }

    /** Waits until each of these fronts considers exactly these the queue owners. */
    async queueOwners(...indices: readonly number[]): Promise<void> {
        const agreed = await eventually(async () => {
            const counts = await Promise.all(indices.map(async index => this.owners(index)));
            return counts.every(count => count === indices.length);
        }, 20_000);
        if (!agreed) throw new Error(`The fronts ${indices.join(" and ")} do not agree on the queue owners`);
    }

    /** How many queue owners this front sees. */
    async owners(index: number): Promise<number> {
        const up = /^haproxy_backend_active_servers\{proxy=":fronts"\} (\d+)$/m.exec(
            await this.metrics(index),
        );
        return Number(up?.[1]);
    }

    async ready(index: number): Promise<void> {
        if (await eventually(async () => (await this.health(index, "/ready")) === 200, 20_000)) return;
        throw new Error(`Front ${index} did not become ready:\n${await this.killFront(index)}`);
    }

    /** Stops a front like a runtime. Returns the log when it has ended. */
    async stopFront(index: number): Promise<string> {
        const front = this.#front(index);
        front.process.kill("SIGTERM");
        await front.process;
        this.#fronts.delete(index);
        return front.lines.join("\n");
    }

    /** Kills a front like the kernel when memory is short. Returns the log. */
    async killFront(index: number): Promise<string> {
        const front = this.#front(index);
        for (const pid of await this.pids(index)) process.kill(pid, "SIGKILL");
        front.process.kill("SIGKILL");
        await front.process;
        this.#fronts.delete(index);
        return front.lines.join("\n");
    }

    /** Waits until a front has logged this text this many times. */
    async logged(index: number, text: string, times = 1): Promise<void> {
        const { lines } = this.#front(index);
        const there = await eventually(
            () =>
                Promise.resolve(
                    lines.filter(line => line.startsWith("The ") && line.includes(text)).length >= times,
                ),
            8_000,
        );
        if (!there) throw new Error(`Front ${index} did not log ${text}`);
    }

    /** Every line of `haproxy -c`, and whether it accepts these files. */
    async check(files: Record<string, string>): Promise<{ valid: boolean; output: string }> {
        const checking = ["haproxy", "-c", "-f", path.join(CONFIGURATION_FOLDER, "haproxy.cfg")];
        const [program = "", ...args] = this.#command(files, checking, this.#hub);
        const { failed, all } = await execa(program, args, { reject: false, stdin: "ignore", all: true });
        return { valid: !failed, output: all };
    }

    /** HAProxy's processes of this front. */
    async pids(index: number): Promise<number[]> {
        const { stdout } = await execa("ip", ["netns", "pids", this.#namespace(index)], { reject: false });
        return stdout.split("\n").filter(Boolean).map(Number);
    }

    /** Status of a path on the health port, 0 when nothing listens. */
    async health(index: number, at: string): Promise<number> {
        const { stdout } = await this.inside([
            ...[
                "curl",
                "--silent",
                "--max-time",
                "2",
                "--output",
                "/dev/null",
                "--write-out",
                "%{http_code}",
            ],
            `http://${this.address(index)}:${HEALTH_PORT}${at}`,
        ]);
        return Number(stdout);
    }

    /** The front that owns this model's queue. */
    async ownerOf(model: string, indices: readonly number[]): Promise<number> {
        const requests = `haproxy_backend_http_requests_total{proxy="${model}"}`;
        const counts = () =>
            Promise.all(
                indices.map(async index => {
                    const line = (await this.metrics(index))
                        .split("\n")
                        .find(each => each.startsWith(requests));
                    return Number(line?.split(" ")[1]);
                }),
            );
        const before = await counts();
        await this.burst(indices.length, model);
        const after = await counts();
        const kept = indices.filter((_, at) => (after[at] ?? 0) > (before[at] ?? 0));
        if (kept.length !== 1) throw new Error(`The fronts ${kept.join(" and ")} own the queue of ${model}`);
        return Number(kept[0]);
    }

    async metrics(index: number): Promise<string> {
        const at = `http://${this.address(index)}:${HEALTH_PORT}/metrics`;
        const { stdout } = await this.inside(["curl", "--silent", at]);
        return stdout;
    }

    /** Sends requests for a model at the same time, over one connection each, to the fronts in turn. */
    burst(count: number, model: string, more: object = {}): Promise<Outcome[]> {
        return this.ask("burst", { count, ...this.#target(model), ...more });
    }

    async request(model: string, more: object = {}): Promise<Outcome> {
        const [outcome] = await this.burst(1, model, more);
        if (!outcome) throw new Error("There is no outcome");
        return outcome;
    }

    /** Starts clients that reuse their connections, until `stopLoad`. */
    load(
        id: string,
        model: string,
        more: { clients: number; pauseMs: number; http2?: boolean },
    ): Promise<void> {
        return this.ask("load", { ...this.#target(model), ...more, id });
    }

    stopLoad(id: string): Promise<LoadSeen> {
        return this.ask("stopLoad", { id });
    }

    /** Serial number of the certificate that a front serves. */
    async served(index: number): Promise<string> {
        const connect = `${this.address(index)}:${UNPRIVILEGED_HTTPS_PORT}`;
        const { stdout } = await this.inside([
            ...[
                "sh",
                "-c",
                'openssl s_client -connect "$0" -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -serial',
            ],
            ...[connect, HOST],
        ]);
        return stdout;
    }

    inside(command: readonly string[]) {
        const args = [`--net=/run/netns/${this.#hub}`, ...command];
        return execa("nsenter", args, { reject: false, stdin: "ignore" });
    }

    #target(model: string): object {
        return {
            host: HOST,
            port: UNPRIVILEGED_HTTPS_PORT,
            path: `/api/v1/service/${model}/score`,
            authority: path.join(this.folder, "authority.pem"),
        };
    }

    /** A command in the front's image, as an unprivileged user, with these configuration files. */
    #command(files: Record<string, string>, command: readonly string[], networkNamespace: string): string[] {
        const folder = mkdtempSync(path.join(this.folder, "front-"));
        const configuration = path.join(folder, "configuration");
        mkdirSync(configuration);
        for (const [name, text] of Object.entries(files)) writeFileSync(path.join(configuration, name), text);
        chmodSync(folder, 0o755);
        return commandInRoot(
            {
                root: this.#root,
                networkNamespace,
                user: `${USER}:${USER}`,
                mounts: {
                    "/etc": this.#etc(folder),
                    [CONFIGURATION_FOLDER]: configuration,
                    [SECRET_FOLDER]: this.#secrets,
                },
            },
            command,
        );
    }

    #front(index: number): Front {
        const front = this.#fronts.get(index);
        if (!front) throw new Error(`There is no front ${index}`);
        return front;
    }

    #namespace(index: number): string {
        return `${this.#hub}-${index}`;
    }

    async #connect(index: number, namespace: string): Promise<void> {
        await execa("ip", ["netns", "add", namespace]);
        await this.inside([
            "ip",
            "link",
            "add",
            `v${index}`,
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            namespace,
        ]);
        await this.inside(["ip", "link", "set", `v${index}`, "master", "br0", "up"]);
        const within = (...args: string[]) => execa("ip", ["--netns", namespace, ...args]);
        await within("link", "set", "lo", "up");
        await within("address", "add", `${this.address(index)}/24`, "dev", "eth0");
        await within("link", "set", "eth0", "up");
    }

    /** The image's /etc with the address of DNS. */
    #etc(folder: string): string {
        const etc = path.join(folder, "etc");
        cpSync(path.join(this.#root, "etc"), etc, { recursive: true, verbatimSymlinks: true });
        rmSync(path.join(etc, "resolv.conf"), { force: true });
        writeFileSync(path.join(etc, "resolv.conf"), `nameserver ${HUB}\n`);
        return etc;
    }
}

export function digest(key: string): string {
    return `${createHash("sha256").update(key).digest("hex")}\n`;
}
