import { setTimeout as pause } from "node:timers/promises";
import { isObject, type Properties, type Value } from "../protocol/values";
import { ApiError } from "./api-error";
import type { ApiClient } from "./client";
import { at, listAt, textAt } from "./objects";

/** Before looking again after the API server did not answer, in milliseconds. */
const RETRY_PAUSE = 500;

/**
 * Tells about the objects in a collection, as they are at first and after each change, until `signal` is aborted.
 * @param query selects among them (`fieldSelector`, `labelSelector`)
 * @throws what the API server refuses
 */
export async function follow(
    client: ApiClient,
    path: string,
    query: Record<string, string>,
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
                // The API server has forgotten what it was at: begin again.
                if (textAt(event, "type") === "ERROR" || !isObject(object)) break;
                if (textAt(event, "type") === "DELETED") objects.delete(uidOf(object));
                else objects.set(uidOf(object), object);
                changed([...objects.values()]);
            }
        } catch (error) {
            if (signal.aborted) return;
            const isRefused = error instanceof ApiError && error.code >= 400 && error.code < 500;
            if (isRefused && error.code !== 410 && error.code !== 429) throw error;
            await pause(RETRY_PAUSE, undefined, { signal }).catch(() => undefined);
        }
    }
}

function uidOf(object: Properties): string {
    return textAt(object, "metadata", "uid") ?? "";
}
