import { setTimeout as pause } from "node:timers/promises";
import type { Call } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import { ApiError } from "./api-error";
import type { Answer, ApiClient } from "./client";
import type { Configuration } from "./configuration";
import { isManagedByOthers, managedFieldsAfterTakeover } from "./managed-fields";
import { annotation, at, textAt } from "./objects";

/** Pulumi's documentation of conflicts between field managers. */
const CONFLICT_HELP =
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
    "#handle-field-conflicts-on-existing-resources";

/** Further attempts to create an object whose namespace or kind does not exist yet. The pause doubles each time. */
const RETRIES = 5;
const FIRST_RETRY_PAUSE_MS = 1_000;

export interface Write {
    /** The path of the collection that contains the object. */
    collection: string;
    name: string;
    inputs: Properties;
    /** The field manager. */
    manager: string;
    /** Whether the API server only computes the result. */
    dryRun: boolean;
}

/** Creates and updates objects with server-side apply. */
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
                await pause(FIRST_RETRY_PAUSE_MS * 2 ** attempt, undefined, { signal: call.signal });
            }
        }
    }

    /**
     * Sends two requests. Apply alone would overwrite an object that already exists, so a create with dry run checks that
     * it does not. A real create would record the fields as an update instead of an apply, and then a later preview could
     * not show the removal of fields from the program.
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
            if (dryRun) return this.objectOf(answer, call);
        }
        return this.apply(write, dryRun || this.isForced(write), call);
    }

    async update(write: Write, call: Call): Promise<Properties> {
        const path = `${write.collection}/${write.name}`;
        const live = await this.client.get(path, call.signal);
        // A preview must not take over fields, so it overwrites them in the dry run.
        if (write.dryRun) {
            const force =
                this.isForced(write) || managedFieldsAfterTakeover(live, write.manager) !== undefined;
            return this.apply(withoutIgnored(write, live, call.ignoreChanges), force, call);
        }
        const owned = await this.takeOver(path, live, write.manager, call.signal);
        return this.apply(withoutIgnored(write, owned, call.ignoreChanges), this.isForced(write), call);
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
                // Valid JSON is also valid YAML.
                contentType: "application/apply-patch+yaml",
                body: write.inputs,
                signal: call.signal,
            });
            return this.objectOf(answer, call);
        } catch (error) {
            if (!(error instanceof ApiError) || error.code !== 409) throw error;
            throw new Error(
                `Server-Side Apply field conflict detected. See ${CONFLICT_HELP} for troubleshooting help\n: ${error.message}`,
            );
        }
    }

    /** The object in an answer. Shows the warnings of the API server. */
    private objectOf({ object, warnings }: Answer, call: Call): Properties {
        const isShown = (text: string) =>
            !this.options.suppressDeprecationWarnings || !/\bdeprecated\b/.test(text);
        for (const warning of warnings.filter(isShown)) call.warn(warning);
        return object;
    }

    private isForced({ inputs }: Write): boolean {
        const setting = annotation(inputs, "pulumi.com/patchForce");
        return setting === undefined ? this.options.enablePatchForce : setting === "true";
    }

    /** Transfers the fields of predecessors to `manager`, and returns the object after that. */
    private async takeOver(
        path: string,
        live: Properties,
        manager: string,
        signal: AbortSignal,
    ): Promise<Properties> {
        for (let current = live; ; current = await this.client.get(path, signal)) {
            const managedFields = managedFieldsAfterTakeover(current, manager);
            if (!managedFields) return current;
            const body = [
                { op: "replace", path: "/metadata/managedFields", value: managedFields },
                // If the object, e.g. its status, has changed in the meantime, this is refused and the loop reads it again.
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
 * Applies `ignoreChanges`: removes ignored fields that other managers own, e.g. the replicas of a Deployment with an
 * autoscaler, and sets the other ignored fields to their present values.
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

/** A copy of `object` with another value at a path. `undefined` removes the property. */
function replaced(object: Properties, path: string[], value: Properties[string] | undefined): Properties {
    const [first, ...rest] = path as [string, ...string[]];
    const { [first]: present, ...others } = object;
    if (rest.length === 0) return value === undefined ? others : { ...object, [first]: value };
    if (typeof present !== "object" || present === null || Array.isArray(present)) return object;
    return { ...object, [first]: replaced(present, rest, value) };
}
