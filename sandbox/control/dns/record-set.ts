import { z } from "zod";
import { optional } from "../arm/body";

/** The record types of a zone, in Azure's spelling. */
export const RECORD_TYPES = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SOA", "SRV", "TXT"] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

/** The member of `properties` that holds the records of a type. */
export const RECORD_MEMBERS: Readonly<Record<RecordType, keyof RecordSetProperties>> = {
    A: "ARecords",
    AAAA: "AAAARecords",
    CAA: "caaRecords",
    CNAME: "CNAMERecord",
    MX: "MXRecords",
    NS: "NSRecords",
    SOA: "SOARecord",
    SRV: "SRVRecords",
    TXT: "TXTRecords",
};

/** The schema of `properties` of Microsoft.Network/dnsZones/<type> (REST API 2018-05-01). */
export const recordSetProperties = z.looseObject({
    TTL: optional(z.number().int()),
    metadata: optional(z.record(z.string(), z.string())),
    targetResource: optional(z.looseObject({ id: optional(z.string()) })),
    ARecords: optional(z.array(z.looseObject({ ipv4Address: z.ipv4() }))),
    AAAARecords: optional(z.array(z.looseObject({ ipv6Address: z.ipv6() }))),
    caaRecords: optional(
        z.array(z.looseObject({ flags: z.number().int(), tag: z.string(), value: z.string() })),
    ),
    CNAMERecord: optional(z.looseObject({ cname: z.string() })),
    MXRecords: optional(z.array(z.looseObject({ preference: z.number().int(), exchange: z.string() }))),
    NSRecords: optional(z.array(z.looseObject({ nsdname: z.string() }))),
    SOARecord: optional(
        z.looseObject({
            host: optional(z.string()),
            email: optional(z.string()),
            serialNumber: optional(z.number()),
            refreshTime: optional(z.number()),
            retryTime: optional(z.number()),
            expireTime: optional(z.number()),
            minimumTTL: optional(z.number()),
        }),
    ),
    SRVRecords: optional(
        z.array(
            z.looseObject({
                priority: z.number().int(),
                weight: z.number().int(),
                port: z.number().int(),
                target: z.string(),
            }),
        ),
    ),
    TXTRecords: optional(z.array(z.looseObject({ value: z.array(z.string().max(255)) }))),
});

export type RecordSetProperties = z.output<typeof recordSetProperties>;

const MEMBERS = ["TTL", "metadata", "targetResource", ...Object.values(RECORD_MEMBERS)];

/** Renames members to the case of the specification. Azure accepts them in any case (`ttl`, `aRecords`). */
export function canonicalMembers(properties: object): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [
            MEMBERS.find(member => member.toLowerCase() === name.toLowerCase()) ?? name,
            value as unknown,
        ]),
    );
}
