import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { reply } from "./packets";
import type { ServedZone } from "./zone-data";

/** Idle timeout of TCP connections (RFC 7766, 6.2.3). */
const IDLE_MS = 10_000;
/** Limit for queries over TCP. Real ones are far smaller. */
const LARGEST_QUERY_BYTES = 4_096;

export interface DnsServer {
    close(): Promise<void>;
}

/** The DNS server, on UDP and TCP (RFC 1035, RFC 7766). @param zones called for every query, so that changes apply at once */
export async function dnsServer(
    { address, port }: { address: string; port: number },
    zones: () => readonly ServedZone[],
): Promise<DnsServer> {
    const udp = createSocket("udp4");
    udp.on("message", (query, client) => {
        const answer = reply(query, zones(), "udp");
        if (answer) udp.send(answer, client.port, client.address);
    });
    udp.bind(port, address);
    await once(udp, "listening");

    const connections = new Set<Socket>();
    const tcp = createServer(socket => {
        connections.add(socket);
        socket.on("close", () => connections.delete(socket));
        serve(socket, zones);
    });
    tcp.listen(port, address);
    await once(tcp, "listening");

    return {
        async close() {
            const closed = [once(udp, "close"), once(tcp, "close")];
            udp.close();
            tcp.close();
            for (const connection of connections) connection.destroy();
            await Promise.all(closed);
        },
    };
}

/** Reads messages with a length prefix (RFC 1035, 4.2.2). A client may send several on one connection. */
function serve(socket: Socket, zones: () => readonly ServedZone[]): void {
    let received = Buffer.alloc(0);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("data", chunk => {
        received = Buffer.concat([received, chunk]);
        while (received.length >= 2) {
            const length = received.readUInt16BE(0);
            if (length > LARGEST_QUERY_BYTES) return void socket.destroy();
            if (received.length < 2 + length) return;
            const answer = reply(received.subarray(2, 2 + length), zones(), "tcp");
            received = received.subarray(2 + length);
            if (answer === undefined) return void socket.destroy();
            const prefix = Buffer.alloc(2);
            prefix.writeUInt16BE(answer.length);
            socket.write(Buffer.concat([prefix, answer]));
        }
    });
}
