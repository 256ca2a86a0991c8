import { readFileSync } from "node:fs";
import { createHttpPoller, type LroResponse } from "@azure/core-lro";
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import { isObject, type Properties, type Value } from "../protocol/values";
import type { SandboxSettings } from "../settings";

/** How long to wait before asking again how a long-running operation goes, in milliseconds, unless ARM says otherwise. */
const POLLING_INTERVAL = 250;

/** ARM refused a request. */
export class ArmError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
    ) {
        super(`Status=${status} Code="${code}" Message="${message}"`);
    }
}

/** A long-running operation was accepted and then failed: what it works on may exist. */
export class OperationFailed extends Error {}

interface ArmResponse {
    status: number;
    headers: Record<string, string>;
    body: Value;
}

/** Requests to the sandbox's Azure Resource Manager. */
export class ArmClient {
    private readonly http = createDefaultHttpClient();
    private trust: { ca: string } | undefined;

    constructor(private readonly settings: SandboxSettings) {}

    /** The resource, or nothing when there is none. */
    async get(
        path: string,
        query: Record<string, string>,
        signal: AbortSignal,
    ): Promise<Properties | undefined> {
        try {
            const { body } = await this.send("GET", path, query, undefined, signal);
            return isObject(body) ? body : undefined;
        } catch (error) {
            if (error instanceof ArmError && error.status === 404) return undefined;
            throw error;
        }
    }

    async post(path: string, query: Record<string, string>, signal: AbortSignal): Promise<Properties> {
        const { body } = await this.send("POST", path, query, {}, signal);
        return isObject(body) ? body : {};
    }

    /** Creates or replaces the resource and waits until ARM is done with it. */
    async put(
        path: string,
        query: Record<string, string>,
        body: Properties,
        signal: AbortSignal,
    ): Promise<void> {
        await this.longRunning("PUT", path, query, body, signal);
    }

    /** Deletes the resource and waits until it is gone. That there is none is fine. */
    async delete(path: string, query: Record<string, string>, signal: AbortSignal): Promise<void> {
        try {
            await this.longRunning("DELETE", path, query, undefined, signal);
        } catch (error) {
            if (!(error instanceof ArmError && error.status === 404)) throw error;
        }
    }

    private async longRunning(
        method: "PUT" | "DELETE",
        path: string,
        query: Record<string, string>,
        body: Properties | undefined,
        signal: AbortSignal,
    ): Promise<void> {
        const poller = await createHttpPoller(
            {
                requestMethod: method,
                requestPath: this.url(path, query),
                sendInitialRequest: async () =>
                    lroResponse(await this.send(method, path, query, body, signal)),
                sendPollRequest: async url => lroResponse(await this.request("GET", url, undefined, signal)),
            },
            { intervalInMs: POLLING_INTERVAL },
        );
        try {
            await poller.pollUntilDone({ abortSignal: signal });
        } catch (error) {
            const reason: unknown = signal.aborted ? signal.reason : error;
            throw new OperationFailed(reason instanceof Error ? reason.message : String(reason));
        }
    }

    private send(
        method: "GET" | "PUT" | "POST" | "DELETE",
        path: string,
        query: Record<string, string>,
        body: Properties | undefined,
        signal: AbortSignal,
    ): Promise<ArmResponse> {
        return this.request(method, this.url(path, query), body, signal);
    }

    private url(path: string, query: Record<string, string>): string {
        return `${this.settings.armUrl}${path}?${new URLSearchParams(query).toString()}`;
    }

    private async request(
        method: "GET" | "PUT" | "POST" | "DELETE",
        url: string,
        body: Properties | undefined,
        abortSignal: AbortSignal,
    ): Promise<ArmResponse> {
        // One object for all requests: connections are kept for as long as it is the same.
        this.trust ??= { ca: readFileSync(this.settings.caFile, "utf8") };
        const headers = createHttpHeaders({
            accept: "application/json",
            authorization: `Bearer ${readFileSync(this.settings.tokenFile, "utf8").trim()}`,
            ...(body && { "content-type": "application/json" }),
        });
        const request = createPipelineRequest({
            method,
            url,
            headers,
            abortSignal,
            body: body && JSON.stringify(body),
        });
        request.tlsSettings = this.trust; // Not taken over from the options above.
        const response = await this.http.sendRequest(request);
        const answer = parsed(response.bodyAsText);
        if (response.status >= 400) throw armError(response.status, answer);
        return { status: response.status, headers: response.headers.toJSON(), body: answer };
    }
}

function lroResponse({ status, headers, body }: ArmResponse): LroResponse {
    return { flatResponse: body, rawResponse: { statusCode: status, headers, body: body ?? undefined } };
}

function parsed(text: string | null | undefined): Value {
    if (!text) return null;
    try {
        return JSON.parse(text) as Value;
    } catch {
        return null;
    }
}

/** The error in an ARM error body: `{ error: { code, message } }`, which some resource providers send without `error`. */
function armError(status: number, body: Value): ArmError {
    const envelope = isObject(body) ? body : {};
    const error = isObject(envelope.error) ? envelope.error : envelope;
    const code = typeof error.code === "string" ? error.code : "Unknown";
    return new ArmError(status, code, typeof error.message === "string" ? error.message : "no message");
}
