import { readFileSync } from "node:fs";
import { createHttpPoller, type LroResponse } from "@azure/core-lro";
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import { isObject, type Properties, type Value } from "../protocol/values";
import type { SandboxSettings } from "../settings";

/** The polling interval of long-running operations, in milliseconds, if ARM does not set one. */
const POLLING_INTERVAL_MS = 250;

/** An error response of Azure Resource Manager (ARM). */
class ArmError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
    ) {
        super(`Status=${status} Code="${code}" Message="${message}"`);
    }
}

/** A long-running operation was accepted and failed later, so the resource may exist. */
export class OperationFailed extends Error {}

/** A request to a resource, or an action on it. */
interface ArmRequest {
    /** From the root of the server. */
    path: string;
    query: Record<string, string>;
    body?: Properties;
    signal: AbortSignal;
}

interface HttpRequest {
    method: "GET" | "PUT" | "POST" | "DELETE";
    url: string;
    body?: Properties | undefined;
    signal: AbortSignal;
}

interface ArmResponse {
    status: number;
    headers: Record<string, string>;
    body: Value;
}

/** Sends requests to the Azure Resource Manager of the sandbox. */
export class ArmClient {
    private readonly http = createDefaultHttpClient();
    private trust: { ca: string } | undefined;

    constructor(private readonly settings: SandboxSettings) {}

    /** The resource; undefined if it does not exist. */
    async get(request: ArmRequest): Promise<Properties | undefined> {
        try {
            const { body } = await this.send("GET", request);
            return isObject(body) ? body : undefined;
        } catch (error) {
            if (error instanceof ArmError && error.status === 404) return undefined;
            throw error;
        }
    }

    async post(request: ArmRequest): Promise<Properties> {
        const { body } = await this.send("POST", { ...request, body: {} });
        return isObject(body) ? body : {};
    }

    /** Creates or replaces the resource and waits until the operation has ended. */
    async put(request: ArmRequest): Promise<void> {
        await this.longRunning("PUT", request);
    }

    /** Deletes the resource and waits until the operation has ended. Succeeds if the resource does not exist. */
    async delete(request: ArmRequest): Promise<void> {
        try {
            await this.longRunning("DELETE", request);
        } catch (error) {
            if (!(error instanceof ArmError && error.status === 404)) throw error;
        }
    }

    private async longRunning(method: "PUT" | "DELETE", request: ArmRequest): Promise<void> {
        const { signal } = request;
        const poller = await createHttpPoller(
            {
                requestMethod: method,
                requestPath: this.url(request),
                sendInitialRequest: async () => lroResponse(await this.send(method, request)),
                sendPollRequest: async url => lroResponse(await this.sendTo({ method: "GET", url, signal })),
            },
            { intervalInMs: POLLING_INTERVAL_MS },
        );
        try {
            await poller.pollUntilDone({ abortSignal: signal });
        } catch (error) {
            const reason: unknown = signal.aborted ? signal.reason : error;
            throw new OperationFailed(reason instanceof Error ? reason.message : String(reason));
        }
    }

    private send(method: HttpRequest["method"], request: ArmRequest): Promise<ArmResponse> {
        const { body, signal } = request;
        return this.sendTo({ method, url: this.url(request), body, signal });
    }

    private url({ path, query }: ArmRequest): string {
        return `${this.settings.armUrl}${path}?${new URLSearchParams(query).toString()}`;
    }

    private async sendTo({ method, url, body, signal }: HttpRequest): Promise<ArmResponse> {
        // The same object for all requests: the HTTP client reuses connections only for the same TLS settings.
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
            abortSignal: signal,
            body: body && JSON.stringify(body),
        });
        request.tlsSettings = this.trust; // createPipelineRequest ignores this option.
        const response = await this.http.sendRequest(request);
        const responseBody = parsed(response.bodyAsText);
        if (response.status >= 400) throw armError(response.status, responseBody);
        return { status: response.status, headers: response.headers.toJSON(), body: responseBody };
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

/** The error in an ARM error body: `{ error: { code, message } }`, or `{ code, message }` from some resource providers. */
function armError(status: number, body: Value): ArmError {
    const envelope = isObject(body) ? body : {};
    const error = isObject(envelope.error) ? envelope.error : envelope;
    const code = typeof error.code === "string" ? error.code : "Unknown";
    return new ArmError(status, code, typeof error.message === "string" ? error.message : "no message");
}
