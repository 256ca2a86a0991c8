import type { Call } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import { ApiError } from "./api-error";
import type { ApiClient } from "./client";
import type { Kind } from "./discovery";
import { annotation, textAt, timeoutSeconds } from "./objects";
import { watch } from "./watch";

/** Time limits in seconds, without a setting in the program. The second is for the group `apps`. */
const TIMEOUT = 300;
const APPS_TIMEOUT = 600;

/** Kinds for which the annotation `pulumi.com/skipAwait` also disables the wait for the deletion. */
const SKIPPABLE = [
    "/Namespace",
    "/Pod",
    "apps/DaemonSet",
    "apps/Deployment",
    "apps/StatefulSet",
    "batch/Job",
];

/** An object to delete. */
interface Deletion {
    kind: Kind;
    /** The path of the collection that contains the object. */
    collection: string;
    name: string;
    outputs: Properties;
}

/**
 * Deletes an object and waits until it no longer exists. The objects that it owns are deleted first, unless the
 * annotation `pulumi.com/deletionPropagationPolicy` says otherwise.
 */
export async function deleteObject(
    client: ApiClient,
    { kind: { group, kind }, collection, name, outputs }: Deletion,
    call: Call,
): Promise<void> {
    const path = `${collection}/${name}`;
    const propagationPolicy = propagation(outputs);
    try {
        await client.request({ method: "DELETE", path, body: { propagationPolicy }, signal: call.signal });
    } catch (error) {
        if (error instanceof ApiError && error.code === 404) return;
        throw error;
    }
    const isSkipped = annotation(outputs, "pulumi.com/skipAwait") === "true";
    if (isSkipped && SKIPPABLE.includes(`${group}/${kind}`)) return;

    const deleted = new AbortController();
    const seconds = timeoutSeconds(outputs, call, group === "apps" ? APPS_TIMEOUT : TIMEOUT);
    const until = AbortSignal.any([deleted.signal, call.signal, AbortSignal.timeout(seconds * 1000)]);
    const query = { fieldSelector: `metadata.name=${name}` };
    await watch(client, { path: collection, query }, until, ([object]) => {
        // A new object may already exist with the same name.
        const uid = textAt(outputs, "metadata", "uid");
        if (!object || (uid !== undefined && textAt(object, "metadata", "uid") !== uid)) deleted.abort();
    });
    if (!deleted.signal.aborted)
        throw new Error(`timed out waiting for the deletion of ${kind} "${name}", which may still happen`);
}

function propagation(outputs: Properties): string {
    const policy = annotation(outputs, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
    if (policy === "orphan") return "Orphan";
    return policy === "background" ? "Background" : "Foreground";
}
