import type { X509Certificate } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import type { TLSSocket } from "node:tls";
import type { ProbeResult } from "./gate-check";

/** The revision to send a request to. */
export interface ProbeTarget {
    /** The IP address of the revision: the name still resolves to the previous revision, if this machine resolves it at all. */
    address: string;
    port: number;
    /** The name that clients use, in canonical form: sent as SNI and as the Host header. */
    hostname: string;
    tls: boolean;
}

const PROBE_TIMEOUT_MS = 5_000;
/** Error bodies of the front are one line of JSON. */
const MAX_BODY_CHARACTERS = 4_096;

/** Sends one `GET /`. Accepts any certificate: `gateProblem` checks it. */
export function probeRevision(target: ProbeTarget, timeoutMs = PROBE_TIMEOUT_MS): Promise<ProbeResult> {
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
            unreachable(connectionProblem(error));
        });
        request.on("response", response => {
            const certificate = peerCertificate(response.socket);
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (data: string) => {
                if (body.length < MAX_BODY_CHARACTERS) body += data;
            });
            response.on("error", error => unreachable(connectionProblem(error)));
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

function peerCertificate(socket: unknown): X509Certificate | undefined {
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

const CONNECTION_PROBLEMS: Record<string, string | undefined> = {
    ECONNREFUSED: "it refuses connections",
    ECONNRESET: "it resets connections",
    EHOSTUNREACH: "this machine has no route to it",
    ENETUNREACH: "this machine has no route to it",
};

function connectionProblem({ code = "", message }: NodeJS.ErrnoException): string {
    return CONNECTION_PROBLEMS[code] ?? message;
}
