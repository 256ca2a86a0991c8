import { dnsServer } from "../control/dns/server";
import type { RecordType } from "../control/dns/record-set";
import type { ServedRecordSet, ServedZone } from "../control/dns/zone-data";
import { OWN_ADDRESS, unusedPort } from "./own-address";

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
    const port = unusedPort();
    const server = await dnsServer({ address: OWN_ADDRESS, port }, served);
    return { server: `${OWN_ADDRESS}:${port}`, set, close: () => server.close() };
}
