import type { Properties } from "../../protocol/values";
import type { Cluster } from "../cluster";
import { collectionPath, type Endpoint } from "../discovery";
import { idOf, textAt } from "../objects";
import { watch, type Watched } from "../watch";
import type { Awaiter, Progress, Selection } from "./progress";

/** The object was written, but did not become ready. */
export class NotReady extends Error {
    constructor(
        message: string,
        readonly reasons: string[],
    ) {
        super(message);
    }
}

/** An object to wait for. */
interface Awaited {
    endpoint: Endpoint;
    object: Properties;
    awaiter: Awaiter;
}

interface Limits {
    /** The time limit of the wait. */
    seconds: number;
    /** The signal of the whole operation. */
    signal: AbortSignal;
}

/**
 * Watches an object and its related objects until the object is ready.
 * @throws NotReady
 */
export async function waitUntilReady(
    cluster: Cluster,
    { endpoint, object, awaiter }: Awaited,
    { seconds, signal }: Limits,
): Promise<void> {
    const timeout = AbortSignal.timeout(seconds * 1000);
    const until = AbortSignal.any([signal, timeout]);
    const { state, reasons } = await lastProgress(cluster, { endpoint, object, awaiter }, until);
    if (state === "ready") return;
    const id = idOf(object);
    if (state === "failed") throw new NotReady(`'${id}' failed to become ready`, reasons);
    if (timeout.aborted || isTimeout(signal))
        throw new NotReady(`'${id}' timed out waiting to be Ready`, reasons);
    throw new NotReady(`Resource operation was cancelled for '${id}'`, reasons);
}

/** The progress when the object is ready or has failed, or when `signal` is aborted. */
async function lastProgress(
    cluster: Cluster,
    { endpoint, object, awaiter }: Awaited,
    signal: AbortSignal,
): Promise<Progress> {
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const selections = awaiter.related?.(object) ?? [];
    const related: (Properties[] | undefined)[] = selections.map(() => undefined);
    let current: Properties | undefined = object;
    let last: Progress = { state: "waiting", reasons: [] };
    const evaluate = () => {
        if (!current) last = { state: "failed", reasons: ["The object was deleted."] };
        else if (related.some(objects => objects === undefined)) return;
        else last = awaiter.progress(current, related as Properties[][]);
        if (last.state !== "waiting") stop.abort();
    };
    const path = collectionPath(endpoint, textAt(object, "metadata", "namespace") ?? "default");
    const query = { fieldSelector: `metadata.name=${textAt(object, "metadata", "name") ?? ""}` };
    const watches = [
        watch(cluster.client, { path, query }, until, ([first]) => {
            current = first;
            evaluate();
        }),
        ...selections.map(async (selection, index) => {
            const watched = await watchedBy(cluster, selection);
            if (!watched) throw new Error(`the API server does not support the kind ${selection.kind.kind}`);
            await watch(cluster.client, watched, until, objects => {
                related[index] = objects;
                evaluate();
            });
        }),
    ];
    try {
        await Promise.all(watches);
    } finally {
        stop.abort();
    }
    return last;
}

/** Undefined if the API server does not support the kind. */
async function watchedBy(cluster: Cluster, selection: Selection): Promise<Watched | undefined> {
    const endpoint = await cluster.discovery.find(selection.kind);
    return endpoint && { path: collectionPath(endpoint, selection.namespace), query: selection.query };
}

function isTimeout({ reason }: AbortSignal): boolean {
    return reason instanceof Error && reason.name === "TimeoutError";
}

/** The progress at present, without a wait. */
export async function currentProgress(
    cluster: Cluster,
    object: Properties,
    awaiter: Awaiter,
): Promise<Progress> {
    const related = (awaiter.related?.(object) ?? []).map(async selection => {
        const watched = await watchedBy(cluster, selection);
        if (!watched) return [];
        const list = await cluster.client.get(watched.path, undefined, watched.query);
        return (list.items ?? []) as Properties[];
    });
    return awaiter.progress(object, await Promise.all(related));
}
