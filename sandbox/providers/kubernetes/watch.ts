import { setTimeout as pause } from "node:timers/promises";
import { isObject, type Properties, type Value } from "../protocol/values";
import { ApiError } from "./api-error";
import type { ApiClient } from "./client";
import { at, listAt, textAt } from "./objects";

/** The pause before another attempt if the API server did not answer, in milliseconds. */
const RETRY_PAUSE_MS = 500;

/** Some of the objects in a collection. */
export interface Watched {
    /** The path of the collection. */
    path: string;
    /** The selectors `fieldSelector` and `labelSelector`. */
    query: Record<string, string>;
}

/**
 * Calls `changed` with the present objects and again after each change, until `signal` is aborted.
 * @throws errors of the API server that a later attempt cannot solve
 */
export async function watch(
    client: ApiClient,
    { path, query }: Watched,
    signal: AbortSignal,
    changed: (objects: Properties[]) => void,
): Promise<void> {
    while (!signal.aborted) {
        try {
            const list = await client.get(path, signal, query);
            const objects = new Map(listAt(list, "items").map(object => [uidOf(object), object]));
            changed([...objects.values()]);
            const resourceVersion = textAt(list, "metadata", "resourceVersion") ?? "";
            const lines = client.lines({
                method: "GET",
                path,
                query: { ...query, watch: "true", resourceVersion },
                signal,
            });
            for await (const line of lines) {
                const event = JSON.parse(line) as Value;
                const object = at(event, "object");
                // The API server no longer has the changes since this version, so the loop starts with a new list.
                if (textAt(event, "type") === "ERROR" || !isObject(object)) break;
                if (textAt(event, "type") === "DELETED") objects.delete(uidOf(object));
                else objects.set(uidOf(object), object);
                changed([...objects.values()]);
            }
        } catch (error) {
            if (signal.aborted) return;
            const isRefused = error instanceof ApiError && error.code >= 400 && error.code < 500;
            if (isRefused && error.code !== 410 && error.code !== 429) throw error;
            await pause(RETRY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
        }
    }
}

function uidOf(object: Properties): string {
    return textAt(object, "metadata", "uid") ?? "";
}
