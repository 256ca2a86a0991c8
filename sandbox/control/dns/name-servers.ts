import type { RecordSetProperties } from "./record-set";

/** The name servers of every zone. The names are Azure's; all have the address of the sandbox's DNS server. */
export const NAME_SERVERS: readonly string[] = [
    "ns1-01.azure-dns.com.",
    "ns2-01.azure-dns.net.",
    "ns3-01.azure-dns.org.",
    "ns4-01.azure-dns.info.",
];

/** The SOA record of a new zone, with Azure's values. Times in seconds. */
export function startOfAuthority(): NonNullable<RecordSetProperties["SOARecord"]> {
    return {
        host: NAME_SERVERS[0] ?? "",
        email: "azuredns-hostmaster.microsoft.com",
        serialNumber: 1,
        refreshTime: 3_600,
        retryTime: 300,
        expireTime: 2_419_200,
        minimumTTL: 300,
    };
}
