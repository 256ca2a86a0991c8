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
 * Queries a DNS server over UDP, and over TCP if the answer is truncated (RFC 7766).
 *
 * @param timeoutMs time limit of each transport; the UDP query is repeated after half of it
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
        // A connected socket reports a closed port at once and ignores packets of other senders.
        socket.connect(server.port, server.address, () => socket.send(message));
        const again = setTimeout(() => socket.send(message), timeoutMs / 2);
        const deadline = setTimeout(() => finish(() => reject(new Error("timeout"))), timeoutMs);
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
        socket.setTimeout(timeoutMs, () => socket.destroy(new Error("timeout over TCP")));
        socket.on("connect", () => socket.write(message));
        socket.on("data", data => {
            received = Buffer.concat([received, data]);
            if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
            const packet = decodeOrNothing(received.subarray(2, 2 + received.readUInt16BE(0)));
            if (packet) resolve(packet);
            socket.destroy(packet ? undefined : new Error("the answer is not a DNS message"));
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
