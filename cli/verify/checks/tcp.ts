import * as net from "node:net";
import { type Finished, ok, passingFault, warning } from "../report";

const TCP = "tcp";

export interface Connection {
    check: Finished;
    /** The first address that took a connection. */
    address?: string;
}

/** Clients may be given any of the addresses, so each must take connections. */
export async function checkTcp(addresses: string[], port: number, timeoutMs: number): Promise<Connection> {
    const tried = await Promise.all(
        addresses.map(async address => ({ address, failure: await connect(address, port, timeoutMs) })),
    );
    const dead = tried.filter(one => one.failure !== undefined);
    const address = tried.find(one => one.failure === undefined)?.address;
    const failures = dead.map(one => `${one.address} port ${port}: ${one.failure}`).join("; ");
    if (address === undefined) {
        const advice =
            "Check that the service runs (its container logs say why not) and that no firewall is in the way.";
        return { check: passingFault(TCP, `Nothing answers at ${failures}.`, advice) };
    }
    if (dead.length > 0) {
        const advice = "Remove the address from DNS, or bring it back: some clients will try it.";
        return {
            check: warning(TCP, `${address} port ${port} answers, but not ${failures}.`, advice),
            address,
        };
    }
    return { check: ok(TCP, `${addresses.join(", ")} port ${port}`), address };
}

/** Why there is no connection; undefined when there is one. */
export function connect(address: string, port: number, timeoutMs: number): Promise<string | undefined> {
    return new Promise(resolve => {
        const socket = net.connect({ host: address, port });
        socket.setTimeout(timeoutMs, () => {
            resolve("no answer in time");
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
