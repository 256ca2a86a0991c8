import * as dgram from "node:dgram";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import type { TlsOptions } from "node:tls";
import {
    AUTHORITATIVE_ANSWER,
    type Answer,
    TRUNCATED_RESPONSE,
    decode,
    encode,
    streamEncode,
} from "dns-packet";

/** A started server. The test must close it. */
export interface Running {
    port: number;
    close(): Promise<unknown>;
}

export interface ServiceOptions {
    tls: Pick<TlsOptions, "cert" | "key" | "minVersion" | "maxVersion" | "ciphers">;
    /** The required key. Absent: no key is required. */
    key?: string;
    headers?: Record<string, string>;
    /** The answer to an accepted request. */
    score?: (request: http.IncomingMessage) => { status: number; body: string };
}

/** A small scoring service over HTTPS. */
export function startService(address: string, options: ServiceOptions): Promise<Running> {
    const { tls, key, headers = { "strict-transport-security": "max-age=31536000" } } = options;
    const server = https.createServer(tls, (request, response) => {
        request.resume();
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
            response.writeHead(401).end();
            return;
        }
        const { status, body } = options.score?.(request) ?? { status: 200, body: "[0, 2]" };
        response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
    return listen(server, address);
}

/** A server for the port of plain HTTP. */
export function startPlain(address: string, answer: http.RequestListener): Promise<Running> {
    return listen(http.createServer(answer), address);
}

export const redirectToHttps: http.RequestListener = (request, response) => {
    const host = request.headers.host?.replace(/:\d+$/, "");
    response.writeHead(308, { location: `https://${host}${request.url}` }).end();
};

async function listen(server: net.Server, address: string, port = 0): Promise<Running> {
    server.listen(port, address);
    await once(server, "listening");
    return {
        port: (server.address() as net.AddressInfo).port,
        close: () => {
            (server as Partial<http.Server>).closeAllConnections?.();
            return new Promise(resolve => server.close(resolve));
        },
    };
}

/** Records by name, e.g. `{ "score.test": [["CNAME", "iris.test"]] }`. */
export type Records = Record<string, ["A" | "CNAME" | "NS", string][]>;

export interface DnsServerOptions {
    /** 0: a free port. */
    port?: number;
    ttl?: number;
    /** Truncates answers over UDP, so that the client must use TCP. */
    truncate?: boolean;
    /** Answers without the records of a CNAME's target, as the name server of a single zone does. */
    onlyOwn?: boolean;
}

/** A DNS server over UDP and TCP. Tests may change `records` while it runs. */
export async function startDns(
    address: string,
    records: Records,
    { port = 0, ttl = 300, truncate = false, onlyOwn = false }: DnsServerOptions = {},
): Promise<Running> {
    const answer = (query: Buffer) => {
        const { id, questions = [] } = decode(query);
        const [question] = questions;
        const answers: Answer[] = [];
        let name = question?.name.toLowerCase() ?? "";
        const known = name in records;
        for (let step = 0; step < 20; step++) {
            const found = records[name] ?? [];
            const alias = found.find(([type]) => type === "CNAME");
            const wanted = found.filter(([type]) => type === question?.type || type === "CNAME");
            answers.push(...wanted.map(([type, data]) => ({ type, name, ttl, data })));
            if (!alias || onlyOwn) break;
            name = alias[1];
        }
        return {
            type: "response" as const,
            id,
            flags: AUTHORITATIVE_ANSWER | (known ? 0 : 3),
            questions,
            answers,
        };
    };
    const tcp = await listen(
        net.createServer(socket => {
            socket.once("data", data => socket.end(streamEncode(answer(data.subarray(2)))));
            socket.on("error", () => socket.destroy());
        }),
        address,
        port,
    );
    const udp = dgram.createSocket("udp4");
    udp.on("message", (query, from) => {
        const full = answer(query);
        const shown = truncate ? { ...full, answers: [], flags: full.flags | TRUNCATED_RESPONSE } : full;
        udp.send(encode(shown), from.port, from.address);
    });
    udp.bind(tcp.port, address);
    await once(udp, "listening");
    return {
        port: tcp.port,
        close: async () => {
            await tcp.close();
            await new Promise<void>(resolve => udp.close(resolve));
        },
    };
}
