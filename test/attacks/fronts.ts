import { existsSync, readFileSync } from "node:fs";
import { type ResultPromise } from "execa";
import {
    HEALTH_PORT,
    HTTPS_PORT,
    KEY_DIGESTS_FILE,
    type RequestLimits,
    UNPRIVILEGED_HTTPS_PORT,
} from "../../components/front";
import { ClusterStage, digest } from "../support/front-cluster-stage";
import { iris, irisInCluster, overTls } from "../support/front-settings";
import { FrontStage, PRIMARY_KEY } from "../support/front-stage";
import { attackerProgram } from "./programs";

export const KEY = PRIMARY_KEY;

/** How long the model takes for a request, in seconds. */
const MODEL_SECONDS = "0.005";

/** A model of another host name, which needs no key. */
export const OTHER_HOST = "wine.test";
const MODELS = {
    iris: { address: "10.99.0.101", host: "iris.ml.svc.cluster.local" },
    wine: { address: "10.99.0.102", host: "wine.ml.svc.cluster.local" },
};

export type AttackSettings = { keysRequired: boolean } & Partial<RequestLimits>;

/** A request that the model recorded: one with the header `x-marker`, or one that no model should get. */
interface Received {
    line: string;
    marker: string;
    /** What is wrong with it; empty for a clean request. */
    odd: string;
}

export interface ModelSeen {
    /** Requests to the model since the last call, and the most at the same time. */
    total: number;
    most: number;
    received: Received[];
}

/** A hosting's front or fronts with a model, ready to be attacked. */
export interface AttackedFront {
    readonly title: string;
    /** Host name and path of the model. */
    readonly host: string;
    readonly path: string;
    /** Addresses with ports where clients connect. The first is attacked. */
    readonly entrances: readonly string[];
    /** Addresses with the port for probes, in the order of `entrances`. */
    readonly health: readonly string[];
    open(): Promise<void>;
    close(): Promise<void>;
    /** Starts the front or fronts with these limits, instead of those before. */
    start(settings: AttackSettings): Promise<void>;
    /** Runs a command where the clients are. */
    inside(
        command: readonly string[],
        env?: NodeJS.ProcessEnv,
    ): ResultPromise<{ reject: false; stdin: "ignore" }>;
    /** HAProxy's processes of the attacked front. */
    pids(): Promise<number[]>;
    /** What the model received since the last call. */
    seen(): Promise<ModelSeen>;
}

/** The front of a container group: clients, attackers and model share its network. */
export class GroupFront implements AttackedFront {
    readonly title = "the front of a container group";
    readonly host = "score.test";
    readonly path = "/score";
    readonly entrances = [`127.0.0.1:${HTTPS_PORT}`];
    readonly health = [`127.0.0.1:${HEALTH_PORT}`];
    readonly stage = new FrontStage();
    #model: ReturnType<GroupFront["inside"]> | undefined;

    async open(): Promise<void> {
        await this.stage.open();
        await this.stage.stopModel();
        this.#model = this.inside([await attackerProgram(), ...modelFlags("127.0.0.1")]);
    }

    async close(): Promise<void> {
        this.#model?.kill("SIGKILL");
        await this.#model;
        await this.stage.close();
    }

    async start(settings: AttackSettings): Promise<void> {
        await this.stage.startFront(overTls({ model: iris(settings) }));
    }

    inside(command: readonly string[], env?: NodeJS.ProcessEnv) {
        return this.stage.inside(command, { env: { ...process.env, ...env } });
    }

    async pids(): Promise<number[]> {
        const { stdout } = await this.stage.inside(["ip", "netns", "pids", this.stage.namespace]);
        return haproxyOf(stdout);
    }

    seen(): Promise<ModelSeen> {
        return seenBy(this, "127.0.0.1");
    }
}

/** Two fronts of a cluster. The attacked one owns the model's queue, so that requests to the other take the hop between them. */
export class PodFronts implements AttackedFront {
    readonly title = "two fronts of a cluster";
    readonly host = "iris.test";
    readonly path = "/score";
    readonly stage = new ClusterStage();
    entrances: readonly string[] = [];
    health: readonly string[] = [];
    #attacked = 1;
    readonly #models: ReturnType<PodFronts["inside"]>[] = [];

    async open(): Promise<void> {
        await this.stage.open();
        this.stage.secrets({ [KEY_DIGESTS_FILE]: `iris:${digest(KEY)}` });
        for (const { address, host } of Object.values(MODELS)) {
            this.#models.push(this.inside([await attackerProgram(), ...modelFlags(address)]));
            await this.stage.dns(host, [address]);
        }
    }

    async close(): Promise<void> {
        for (const model of this.#models) {
            model.kill("SIGKILL");
            await model;
        }
        await this.stage.close();
    }

    async start(settings: AttackSettings): Promise<void> {
        const model = irisInCluster({
            ...settings,
            host: MODELS.iris.host,
            replicas: 1,
            hostname: this.host,
        });
        const other = { ...model, ...MODELS.wine, name: "wine", hostname: OTHER_HOST, keysRequired: false };
        const { tls } = overTls();
        await this.stage.startFronts({ ...(tls ? { tls } : {}), models: [model, other] });
        await this.stage.queueOwners(1, 2);
        this.#order([1, 2]);
        await this.inside([await attackerProgram(), "score", ...clientFlags(this), "-seconds", "1"]);
        const counts = await Promise.all([1, 2].map(async index => this.#requests(index)));
        this.#order((counts[1] ?? 0) > (counts[0] ?? 0) ? [2, 1] : [1, 2]);
    }

    inside(command: readonly string[], env?: NodeJS.ProcessEnv) {
        return this.stage.inside(env ? ["env", ...assignments(env), ...command] : command);
    }

    async pids(): Promise<number[]> {
        const pids = await this.stage.pids(this.#attacked);
        return haproxyOf(pids.join("\n"));
    }

    seen(): Promise<ModelSeen> {
        return seenBy(this, MODELS.iris.address);
    }

    #order(indices: readonly number[]): void {
        this.#attacked = indices[0] ?? 1;
        this.entrances = indices.map(index => `${this.stage.address(index)}:${UNPRIVILEGED_HTTPS_PORT}`);
        this.health = indices.map(index => `${this.stage.address(index)}:${HEALTH_PORT}`);
    }

    /** Requests to the model that this front has queued. */
    async #requests(index: number): Promise<number> {
        const metrics = await this.stage.metrics(index);
        return Number(/^haproxy_backend_http_requests_total\{proxy="iris"\} (\d+)$/m.exec(metrics)?.[1]);
    }
}

/** Flags of `attacker score` for a client with a key. */
export function clientFlags({ entrances, host, path }: AttackedFront): string[] {
    return ["-target", entrances.join(","), "-host", host, "-path", path, "-key", KEY, "-rate", "40"];
}

function modelFlags(address: string): string[] {
    return ["model", "-target", `${address}:5001`, "-gap", MODEL_SECONDS];
}

async function seenBy(front: AttackedFront, address: string): Promise<ModelSeen> {
    const { stdout } = await front.inside(["curl", "--silent", `http://${address}:5001/seen`]);
    return JSON.parse(stdout) as ModelSeen;
}

function haproxyOf(pids: string): number[] {
    return pids.split("\n").filter(Boolean).map(Number).filter(isHaproxy);
}

/** The list of processes includes the one that made it, which has ended. */
function isHaproxy(pid: number): boolean {
    const name = `/proc/${pid}/comm`;
    return existsSync(name) && readFileSync(name, "utf8").trim() === "haproxy";
}

function assignments(env: NodeJS.ProcessEnv): string[] {
    return Object.entries(env).map(([name, value]) => `${name}=${value ?? ""}`);
}
