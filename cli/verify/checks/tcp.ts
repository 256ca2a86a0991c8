import * as net from "node:net";
import { type CheckResult, ok, temporaryFault, warning } from "../report";

const TCP = "tcp";

export interface Connection {
    check: CheckResult;
    /** The first address that accepted a connection. */
    address?: string;
}

/** A client may use any of the addresses, so each must accept connections. */
export async function checkTcp(addresses: string[], port: number, timeoutMs: number): Promise<Connection> {
    const tried = await Promise.all(
        addresses.map(async address => ({ address, failure: await connect(address, port, timeoutMs) })),
    );
    const dead = tried.filter(one => one.failure !== undefined);
    const address = tried.find(one => one.failure === undefined)?.address;
    const failures = dead.map(one => `${one.address} port ${port}: ${one.failure}`).join("; ");
    if (address === undefined) {
        const advice =
            "Check that the service runs (see its container logs) and that no firewall blocks the port.";
        return { check: temporaryFault(TCP, `No connection to ${failures}.`, advice) };
    }
    if (dead.length > 0) {
        const advice = "Remove the address from DNS or restore the server: some clients use this address.";
        return {
            check: warning(TCP, `${address} port ${port} accepts connections, but not ${failures}.`, advice),
            address,
        };
    }
    return { check: ok(TCP, `${addresses.join(", ")} port ${port}`), address };
}

/** Opens and closes a connection. Returns the error, or undefined on success. */
export function connect(address: string, port: number, timeoutMs: number): Promise<string | undefined> {
    return new Promise(resolve => {
        const socket = net.connect({ host: address, port });
        socket.setTimeout(timeoutMs, () => {
            resolve("timeout");
            socket.destroy();
        });
        socket.on("connect", () => {
            resolve(undefined);
            socket.destroy();
        });
        socket.on("error", (error: NodeJS.ErrnoException) =>
            resolve(error.code === "ECONNREFUSED" ? "connection refused" : (error.code ?? error.message)),
        );
    });
}
