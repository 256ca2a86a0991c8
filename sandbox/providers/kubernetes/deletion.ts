import type { Call } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import { ApiError } from "./api-error";
import type { ApiClient } from "./client";
import type { Kind } from "./discovery";
import { follow } from "./follow";
import { annotation, textAt } from "./objects";

/** Seconds before giving up. */
const TIMEOUT = 300;
const CONTROLLERS_TIMEOUT = 600;

/** Kinds whose deletion is not waited for under `pulumi.com/skipAwait`. */
const SKIPPABLE = [
    "/Namespace",
    "/Pod",
    "apps/DaemonSet",
    "apps/Deployment",
    "apps/StatefulSet",
    "batch/Job",
];

/** Deletes an object and waits until it is gone, with everything that it owns unless the program says otherwise. */
export async function deleteObject(
    client: ApiClient,
    { group, kind }: Kind,
    collection: string,
    name: string,
    outputs: Properties,
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

    const gone = new AbortController();
    const asked = Number(annotation(outputs, "pulumi.com/timeoutSeconds"));
    const usual = group === "apps" ? CONTROLLERS_TIMEOUT : TIMEOUT;
    const seconds = call.timeout ?? (asked > 0 ? asked : usual);
    const until = AbortSignal.any([gone.signal, call.signal, AbortSignal.timeout(seconds * 1000)]);
    await follow(client, collection, { fieldSelector: `metadata.name=${name}` }, until, ([object]) => {
        // Another one may have been created under the same name by then.
        const uid = textAt(outputs, "metadata", "uid");
        if (!object || (uid !== undefined && textAt(object, "metadata", "uid") !== uid)) gone.abort();
    });
    if (!gone.signal.aborted)
        throw new Error(`timed out waiting for the deletion of ${kind} "${name}", which may still happen`);
}

function propagation(outputs: Properties): string {
    const wish = annotation(outputs, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
    if (wish === "orphan") return "Orphan";
    return wish === "background" ? "Background" : "Foreground";
}
