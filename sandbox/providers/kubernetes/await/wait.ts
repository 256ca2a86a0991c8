import type { Properties } from "../../protocol/values";
import type { Cluster } from "../cluster";
import { collectionPath, type Endpoint } from "../discovery";
import { follow } from "../follow";
import { idOf, textAt } from "../objects";
import type { Awaiter, Progress, Selection } from "./progress";

/** The object was written, but did not become what was asked for. */
export class NotReady extends Error {
    constructor(
        message: string,
        readonly reasons: string[],
    ) {
        super(message);
    }
}

/**
 * Waits, by watching, until the object is ready.
 * @param seconds before giving up
 * @param signal of the operation
 * @throws NotReady
 */
export async function waitUntilReady(
    cluster: Cluster,
    endpoint: Endpoint,
    object: Properties,
    awaiter: Awaiter,
    seconds: number,
    signal: AbortSignal,
): Promise<void> {
    const over = AbortSignal.timeout(seconds * 1000);
    const stop = new AbortController();
    const until = AbortSignal.any([signal, over, stop.signal]);
    const name = textAt(object, "metadata", "name") ?? "";
    const own: Selection["query"] = { fieldSelector: `metadata.name=${name}` };
    const selections = awaiter.related?.(object) ?? [];
    const related: (Properties[] | undefined)[] = selections.map(() => undefined);
    let current: Properties | undefined = object;
    let last: Progress = { state: "waiting", reasons: [] };
    const judge = () => {
        if (!current) last = { state: "failed", reasons: ["It was deleted."] };
        else if (related.some(objects => objects === undefined)) return;
        else last = awaiter.progress(current, related as Properties[][]);
        if (last.state !== "waiting") stop.abort();
    };
    const path = collectionPath(endpoint, textAt(object, "metadata", "namespace") ?? "default");
    const watching = [
        follow(cluster.client, path, own, until, ([first]) => {
            current = first;
            judge();
        }),
        ...selections.map(async (selection, index) => {
            const found = await cluster.discovery.find(selection.kind);
            if (!found) throw new Error(`the API server has no ${selection.kind.kind}`);
            const where = collectionPath(found, selection.namespace);
            await follow(cluster.client, where, selection.query, until, objects => {
                related[index] = objects;
                judge();
            });
        }),
    ];
    try {
        await Promise.all(watching);
    } finally {
        stop.abort();
    }
    const { state, reasons } = last;
    if (state === "ready") return;
    const id = idOf(object);
    if (state === "failed") throw new NotReady(`'${id}' failed to become ready`, reasons);
    if (over.aborted || isTimeout(signal))
        throw new NotReady(`'${id}' timed out waiting to be Ready`, reasons);
    throw new NotReady(`Resource operation was cancelled for '${id}'`, reasons);
}

function isTimeout({ reason }: AbortSignal): boolean {
    return reason instanceof Error && reason.name === "TimeoutError";
}

/** How far the object is now. */
export async function progressNow(cluster: Cluster, object: Properties, awaiter: Awaiter): Promise<Progress> {
    const related = (awaiter.related?.(object) ?? []).map(async selection => {
        const found = await cluster.discovery.find(selection.kind);
        if (!found) return [];
        const list = await cluster.client.get(
            collectionPath(found, selection.namespace),
            undefined,
            selection.query,
        );
        return (list.items ?? []) as Properties[];
    });
    return awaiter.progress(object, await Promise.all(related));
}
