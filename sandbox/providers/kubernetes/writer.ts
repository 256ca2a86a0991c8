import { setTimeout as pause } from "node:timers/promises";
import type { Call } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import { ApiError } from "./api-error";
import type { Answer, ApiClient } from "./client";
import type { Configuration } from "./configuration";
import { isManagedByOthers, takenOver } from "./managed-fields";
import { annotation, at, textAt } from "./objects";

/** What Pulumi's documentation says about fields that several manage. */
const CONFLICT_HELP =
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
    "#handle-field-conflicts-on-existing-resources";

/** How often a new object is tried again, whose namespace or kind may be on its way. The pause doubles each time. */
const RETRIES = 5;
const FIRST_RETRY_PAUSE = 1_000;

export interface Write {
    /** Of all objects of the kind in the namespace. */
    collection: string;
    name: string;
    inputs: Properties;
    manager: string;
    /** Whether the API server only says what would become of it. */
    dryRun: boolean;
}

/** Writes objects: creates what is new and applies changes, both on the server. */
export class Writer {
    constructor(
        private readonly client: ApiClient,
        private readonly options: Pick<
            Configuration,
            "enablePatchForce" | "upsertExistingObjects" | "suppressDeprecationWarnings"
        >,
    ) {}

    async create(write: Write, call: Call): Promise<Properties> {
        for (let attempt = 0; ; attempt++) {
            try {
                return await this.attemptCreation(write, call);
            } catch (error) {
                const isMissing = error instanceof ApiError && error.code === 404;
                if (!isMissing || write.dryRun || attempt >= RETRIES) throw error;
                await pause(FIRST_RETRY_PAUSE * 2 ** attempt, undefined, { signal: call.signal });
            }
        }
    }

    /**
     * Applying alone would take over what exists already. Creating alone would leave the fields to a manager that
     * does not apply them, so that a later preview could not say what becomes of those that the program removes.
     */
    private async attemptCreation(write: Write, call: Call): Promise<Properties> {
        const { collection: path, inputs: body, manager, dryRun } = write;
        if (!this.options.upsertExistingObjects) {
            const query = { fieldManager: manager, dryRun: "All" };
            const answer = await this.client.request({
                method: "POST",
                path,
                query,
                body,
                signal: call.signal,
            });
            if (dryRun) return this.told(answer, call);
        }
        return this.apply(write, dryRun || this.forced(write), call);
    }

    async update(write: Write, call: Call): Promise<Properties> {
        const path = `${write.collection}/${write.name}`;
        const live = await this.client.get(path, call.signal);
        // A preview changes nothing, so what would be taken over is overridden.
        if (write.dryRun) {
            const force = this.forced(write) || takenOver(live, write.manager) !== undefined;
            return this.apply(withoutIgnored(write, live, call.ignoreChanges), force, call);
        }
        const owned = await this.takeOver(path, live, write.manager, call.signal);
        return this.apply(withoutIgnored(write, owned, call.ignoreChanges), this.forced(write), call);
    }

    private async apply(write: Write, force: boolean, call: Call): Promise<Properties> {
        try {
            const answer = await this.client.request({
                method: "PATCH",
                path: `${write.collection}/${write.name}`,
                query: {
                    fieldManager: write.manager,
                    force: String(force),
                    ...(write.dryRun && { dryRun: "All" }),
                },
                // JSON is YAML.
                contentType: "application/apply-patch+yaml",
                body: write.inputs,
                signal: call.signal,
            });
            return this.told(answer, call);
        } catch (error) {
            if (!(error instanceof ApiError) || error.code !== 409) throw error;
            throw new Error(
                `Server-Side Apply field conflict detected. See ${CONFLICT_HELP} for troubleshooting help\n: ${error.message}`,
            );
        }
    }

    /** The object in an answer. What the API server warns of is shown beside the resource. */
    private told({ object, warnings }: Answer, call: Call): Properties {
        const isWanted = (text: string) =>
            !this.options.suppressDeprecationWarnings || !/\bdeprecated\b/.test(text);
        for (const warning of warnings.filter(isWanted)) call.warn(warning);
        return object;
    }

    private forced({ inputs }: Write): boolean {
        const wish = annotation(inputs, "pulumi.com/patchForce");
        return wish === undefined ? this.options.enablePatchForce : wish === "true";
    }

    /** Makes `manager` the one who applies what it, or a predecessor of it, has written in another way. */
    private async takeOver(
        path: string,
        live: Properties,
        manager: string,
        signal: AbortSignal,
    ): Promise<Properties> {
        for (let current = live; ; current = await this.client.get(path, signal)) {
            const managedFields = takenOver(current, manager);
            if (!managedFields) return current;
            const body = [
                { op: "replace", path: "/metadata/managedFields", value: managedFields },
                // Refused when the object has changed since, e.g. its status: then once more from what it is now.
                {
                    op: "replace",
                    path: "/metadata/resourceVersion",
                    value: textAt(current, "metadata", "resourceVersion"),
                },
            ];
            try {
                const contentType = "application/json-patch+json";
                const answer = await this.client.request({
                    method: "PATCH",
                    path,
                    body,
                    contentType,
                    signal,
                });
                return answer.object;
            } catch (error) {
                if (!(error instanceof ApiError) || error.code !== 409) throw error;
            }
        }
    }
}

/**
 * The write without the fields whose changes the program ignores and that others manage (the replicas of a Deployment
 * under an autoscaler), and with the present values of those that nobody else does.
 */
function withoutIgnored(write: Write, live: Properties, ignored: string[]): Write {
    let { inputs } = write;
    for (const property of ignored) {
        const path = property.split(".");
        if (isManagedByOthers(live, write.manager, path)) inputs = replaced(inputs, path, undefined);
        else if (at(live, ...path) !== undefined) inputs = replaced(inputs, path, at(live, ...path));
    }
    return { ...write, inputs };
}

/** `object` with another value at a path, or without one. */
function replaced(object: Properties, path: string[], value: Properties[string] | undefined): Properties {
    const [first, ...rest] = path as [string, ...string[]];
    const { [first]: present, ...others } = object;
    if (rest.length === 0) return value === undefined ? others : { ...object, [first]: value };
    if (typeof present !== "object" || present === null || Array.isArray(present)) return object;
    return { ...object, [first]: replaced(present, rest, value) };
}
