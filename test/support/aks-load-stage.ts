import { type Load, type LoadOptions, type LoadReport, startLoad } from "../../sandbox/testing/load";
import type { AksStage } from "./aks-stage";

/** What the clients saw during a change. */
export interface LoadSeen {
    requests: number;
    failures: string[];
    p99Ms: number;
    /** Pods and model versions that answered. */
    pods: Set<string>;
    versions: Set<string>;
}

/** Requests per second over kept connections, and the same number over a new connection each: 60 in total. */
const RATE = 30;
/** Longer than any change. */
const SECONDS = 300;

/** Clients of a model: one keeps its connections, the other opens one for each request. */
export class Clients {
    private constructor(private readonly loads: Load[]) {}

    static async start(stage: AksStage, model: string, more: Partial<LoadOptions> = {}): Promise<Clients> {
        const { services, keys, ipAddress } = stage.outputs;
        const key = keys[model]?.primary;
        const common: LoadOptions = {
            url: services[model]!.scoringUri,
            rate: RATE,
            seconds: SECONDS,
            resolve: ipAddress,
            ca: stage.authorityFile,
            headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
            body: "{}",
            ...more,
        };
        return new Clients([await startLoad(common), await startLoad({ ...common, keepAlive: false })]);
    }

    async stop(): Promise<LoadSeen> {
        const reports = await Promise.all(this.loads.map(load => load.stop()));
        const bodies = reports
            .flatMap(({ bodies }) => [...bodies.keys()])
            .map(body => JSON.parse(body) as { pod: string; version: string });
        return {
            requests: sum(reports.map(({ requests }) => requests)),
            failures: reports.flatMap(failures),
            p99Ms: Math.max(...reports.map(({ latencies }) => latencies.p99)),
            pods: new Set(bodies.map(({ pod }) => pod)),
            versions: new Set(bodies.map(({ version }) => version)),
        };
    }
}

/** One line with the number of failures and up to five different ones. */
function failures({ failed, statusCodes }: LoadReport): string[] {
    if (failed.length === 0) return [];
    const [first, last] = [failed[0]!, failed.at(-1)!];
    const kinds = [
        ...new Set(
            failed.map(
                ({ status, error, body, latencyMs }) =>
                    `${status} ${error} after ${(latencyMs / 1000).toFixed(0)} s ${body}`,
            ),
        ),
    ].slice(0, 5);
    return [
        `${failed.length} from ${first.at} to ${last.at}: ${kinds.join("; ")} (${JSON.stringify(statusCodes)})`,
    ];
}

function sum(numbers: readonly number[]): number {
    return numbers.reduce((all, one) => all + one, 0);
}
