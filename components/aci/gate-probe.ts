import type { X509Certificate } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import type { TLSSocket } from "node:tls";
import type { Sighting } from "./gate";

/** Where to look. */
export interface GateTarget {
    /** The revision's own address: not every machine can resolve the name, and it leads elsewhere still. */
    address: string;
    port: number;
    /** What clients ask for, as DNS knows it. */
    hostname: string;
    tls: boolean;
}

const LOOK_MS = 5_000;
/** Errors of the front are a line. */
const BODY_CHARACTERS = 4_096;

/** Looks at a revision once. What is shown is judged elsewhere, so any certificate is taken here. */
export function lookAt(target: GateTarget, timeoutMs = LOOK_MS): Promise<Sighting> {
    const { address: host, port, hostname, tls } = target;
    return new Promise(resolve => {
        const unreachable = (reason: string) => resolve({ kind: "unreachable", reason });
        const options = { host, port, path: "/", headers: { host: hostname }, agent: false as const };
        const request = tls
            ? https.request({ ...options, servername: hostname, rejectUnauthorized: false })
            : http.request(options);
        const timer = setTimeout(
            () => request.destroy(new Error(`it did not answer within ${timeoutMs / 1000} seconds`)),
            timeoutMs,
        );
        request.on("error", (error: NodeJS.ErrnoException) => {
            clearTimeout(timer);
            unreachable(inWords(error));
        });
        request.on("response", response => {
            const certificate = presented(response.socket);
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (data: string) => {
                if (body.length < BODY_CHARACTERS) body += data;
            });
            response.on("error", error => unreachable(inWords(error)));
            response.on("close", () => {
                clearTimeout(timer);
                resolve({
                    kind: "answer",
                    status: response.statusCode ?? 0,
                    ...(errorCode(body) !== undefined && { code: errorCode(body) }),
                    ...(certificate && { certificate }),
                });
            });
        });
        request.end();
    });
}

function presented(socket: unknown): X509Certificate | undefined {
    return (socket as Partial<TLSSocket>).getPeerX509Certificate?.();
}

function errorCode(body: string): string | undefined {
    try {
        const { error } = JSON.parse(body) as { error?: { code?: unknown } };
        return typeof error?.code === "string" ? error.code : undefined;
    } catch {
        return undefined;
    }
}

const IN_WORDS: Record<string, string | undefined> = {
    ECONNREFUSED: "it refuses connections",
    ECONNRESET: "it breaks connections off",
    EHOSTUNREACH: "no way leads to it from this machine",
    ENETUNREACH: "no way leads to it from this machine",
};

function inWords({ code = "", message }: NodeJS.ErrnoException): string {
    return IN_WORDS[code] ?? message;
}
