import { randomInt } from "node:crypto";
import * as dgram from "node:dgram";
import * as net from "node:net";
import { type Answer, type DecodedPacket, RECURSION_DESIRED, decode, encode, streamEncode } from "dns-packet";

export interface DnsServer {
    address: string;
    port: number;
}

export interface DnsAnswer {
    /** RFC 1035: 0 no error, 2 server failure, 3 no such name, 5 refused. */
    rcode: number;
    answers: Answer[];
}

export type QueryType = "A" | "AAAA" | "NS";

/**
 * Asks one DNS server one question over UDP, and over TCP when the answer does not fit (RFC 7766).
 *
 * @param timeoutMs for the whole; the UDP question is sent again at half time
 */
export async function askDns(
    server: DnsServer,
    name: string,
    type: QueryType,
    timeoutMs: number,
): Promise<DnsAnswer> {
    const query = {
        type: "query" as const,
        id: randomInt(65_536),
        flags: RECURSION_DESIRED,
        questions: [{ name, type }],
    };
    const accepts = (packet: DecodedPacket) =>
        packet.type === "response" &&
        packet.id === query.id &&
        packet.questions?.[0]?.name.toLowerCase() === name.toLowerCase();
    const udp = await overUdp(server, encode(query), accepts, timeoutMs);
    const packet = udp.flag_tc ? await overTcp(server, streamEncode(query), timeoutMs) : udp;
    return { rcode: (packet.flags ?? 0) & 0xf, answers: packet.answers ?? [] };
}

function overUdp(
    server: DnsServer,
    message: Buffer,
    accepts: (packet: DecodedPacket) => boolean,
    timeoutMs: number,
): Promise<DecodedPacket> {
    return new Promise((resolve, reject) => {
        const socket = dgram.createSocket(net.isIPv6(server.address) ? "udp6" : "udp4");
        const finish = (settle: () => void) => {
            clearTimeout(again);
            clearTimeout(deadline);
            socket.close();
            settle();
        };
        // Connected, so that a closed port is reported at once and strangers are not heard.
        socket.connect(server.port, server.address, () => socket.send(message));
        const again = setTimeout(() => socket.send(message), timeoutMs / 2);
        const deadline = setTimeout(() => finish(() => reject(new Error("no answer in time"))), timeoutMs);
        socket.on("error", error => finish(() => reject(error)));
        socket.on("message", data => {
            const packet = decodeOrNothing(data);
            if (packet && accepts(packet)) finish(() => resolve(packet));
        });
    });
}

function overTcp(server: DnsServer, message: Buffer, timeoutMs: number): Promise<DecodedPacket> {
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host: server.address, port: server.port });
        let received = Buffer.alloc(0);
        socket.setTimeout(timeoutMs, () => socket.destroy(new Error("no answer over TCP in time")));
        socket.on("connect", () => socket.write(message));
        socket.on("data", data => {
            received = Buffer.concat([received, data]);
            if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
            const packet = decodeOrNothing(received.subarray(2, 2 + received.readUInt16BE(0)));
            if (packet) resolve(packet);
            socket.destroy(packet ? undefined : new Error("an answer that is not DNS"));
        });
        socket.on("error", reject);
        socket.on("close", () => reject(new Error("connection closed without an answer")));
    });
}

function decodeOrNothing(data: Buffer): DecodedPacket | undefined {
    try {
        return decode(data);
    } catch {
        return undefined;
    }
}
