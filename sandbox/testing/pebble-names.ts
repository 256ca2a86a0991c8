import { createServer } from "node:net";
import { dnsServer } from "../control/dns/server";
import type { RecordType } from "../control/dns/record-set";
import type { ServedRecordSet, ServedZone } from "../control/dns/zone-data";

/** A DNS server for tests of ACME without a sandbox. */
export interface TestNames {
    /** `address:port`, UDP and TCP. */
    server: string;
    /** Replaces the records of a name; an empty list removes them. */
    set(name: string, type: RecordType, records: ServedRecordSet["records"]): void;
    close(): Promise<void>;
}

/** Starts a DNS server. @param addresses the address of each name */
export async function testNames(addresses: Readonly<Record<string, string>>): Promise<TestNames> {
    const address = "127.0.0.1";
    // Each name is a zone, so that no parent zone is needed.
    const zones = new Map<string, Map<RecordType, ServedRecordSet>>();
    const set = (name: string, type: RecordType, records: ServedRecordSet["records"]) => {
        const key = name.toLowerCase();
        const types = zones.get(key) ?? new Map<RecordType, ServedRecordSet>();
        zones.set(key, types.set(type, { ttl: 0, records }));
    };
    const served = () =>
        [...zones].map(([name, types]): ServedZone => ({ name, names: new Map([["@", types]]) }));
    for (const [name, target] of Object.entries(addresses)) set(name, "A", [target]);
    const port = await freePort(address);
    const server = await dnsServer({ address, port }, served);
    return { server: `${address}:${port}`, set, close: () => server.close() };
}

/** A port that is free for TCP, and most likely for UDP too. */
async function freePort(address: string): Promise<number> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, address, resolve));
    const found = server.address();
    await new Promise(resolve => server.close(resolve));
    if (found === null || typeof found === "string") throw new Error("A server has no port.");
    return found.port;
}
