import * as http from "node:http";
import * as https from "node:https";
import { isIP, isIPv6 } from "node:net";
import { rootCertificates } from "node:tls";
import type { Endpoint } from "./handshake";

export interface RequestOptions {
    /** Absent for plain HTTP. */
    tls?: {
        /** PEM roots to trust in addition to the public ones. If absent, every certificate is accepted, so no secret may be sent. */
        trusted?: readonly string[];
    };
    method: "GET" | "POST";
    path: string;
    headers?: Record<string, string>;
    body?: Buffer;
    timeoutMs: number;
}

export interface Response {
    status: number;
    headers: http.IncomingHttpHeaders;
    /** The first 64 KiB. */
    body: string;
    /** From the start of the connection to the end of the body, in milliseconds. */
    latencyMs: number;
}

const MAX_BODY = 64 * 1024;

/** Sends one request on a new connection to the endpoint's address, with its host name. */
export function request(endpoint: Endpoint, options: RequestOptions): Promise<Response> {
    const { address, port, host } = endpoint;
    const { tls, method, path, body, timeoutMs } = options;
    const defaultPort = tls ? 443 : 80;
    const name = isIPv6(host) ? `[${host}]` : host;
    const shared: http.RequestOptions = {
        host: address,
        port,
        method,
        path,
        agent: false,
        headers: {
            host: port === defaultPort ? name : `${name}:${port}`,
            ...(body && { "content-length": body.length }),
            ...options.headers,
        },
        signal: AbortSignal.timeout(timeoutMs),
    };
    const secure: https.RequestOptions = {
        servername: isIP(host) ? "" : host,
        rejectUnauthorized: tls?.trusted !== undefined,
        ca: [...rootCertificates, ...(tls?.trusted ?? [])],
    };
    return new Promise((resolve, reject) => {
        const start = performance.now();
        const sent = tls ? https.request({ ...shared, ...secure }) : http.request(shared);
        sent.on("error", error =>
            reject(
                error.name === "AbortError" || error.name === "TimeoutError" ? new Error("timeout") : error,
            ),
        );
        sent.on("response", response => {
            let text = "";
            response.setEncoding("utf8");
            response.on("data", (part: string) => {
                if (text.length < MAX_BODY) text += part;
            });
            response.on("error", reject);
            response.on("end", () =>
                resolve({
                    status: response.statusCode ?? 0,
                    headers: response.headers,
                    body: text.slice(0, MAX_BODY),
                    latencyMs: performance.now() - start,
                }),
            );
        });
        sent.end(body);
    });
}
