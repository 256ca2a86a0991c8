import type { Answer, Question } from "dns-packet";
import { RECORD_TYPES, type RecordType } from "./record-set";
import type { ServedRecordSet, ServedZone } from "./zone-data";

/** Response codes of RFC 1035 (4.1.1) that this server uses. */
export const Rcode = {
    NoError: 0,
    FormatError: 1,
    ServerFailure: 2,
    NameError: 3,
    NotImplemented: 4,
    Refused: 5,
};

/** An answer before its encoding as a packet. */
export interface DnsAnswer {
    rcode: number;
    /** False for a referral and for a refusal. */
    authoritative: boolean;
    answers: Answer[];
    authorities: Answer[];
}

/** Maximum number of CNAME records in a chain. A longer one is a loop or a mistake. */
const MAXIMUM_ALIASES = 8;

/**
 * Answers a question from the zones (RFC 1034, 4.3.2), and refuses names in no zone. Follows CNAME records within the
 * zones, so that clients that query only this server get the address.
 */
export function resolve(question: Question, zones: readonly ServedZone[]): DnsAnswer {
    const answers: Answer[] = [];
    let name = question.name;
    for (let aliases = 0; aliases <= MAXIMUM_ALIASES; aliases++) {
        const zone = zoneOf(name, zones);
        if (zone === undefined) {
            const rcode = aliases === 0 ? Rcode.Refused : Rcode.NoError;
            return { rcode, authoritative: aliases > 0, answers, authorities: [] };
        }
        const step = lookup(name, question, zone);
        answers.push(...step.answers);
        if (step.alias === undefined) {
            // The AA flag refers to the first owner name, also if the chain ends in another zone (RFC 1035, 4.1.1).
            return { ...step, authoritative: aliases > 0 || step.authoritative, answers };
        }
        name = step.alias;
    }
    return { rcode: Rcode.ServerFailure, authoritative: false, answers: [], authorities: [] };
}

/** The zone with the longest name that is a suffix of the queried name. The name of the root zone is empty. */
function zoneOf(name: string, zones: readonly ServedZone[]): ServedZone | undefined {
    const lower = name.toLowerCase();
    const candidates = zones.filter(
        zone => zone.name === "" || lower === zone.name || lower.endsWith(`.${zone.name}`),
    );
    return candidates.reduce<ServedZone | undefined>(
        (longest, zone) => (zone.name.length > (longest?.name.length ?? -1) ? zone : longest),
        undefined,
    );
}

/** The answer of one zone, and the target of a CNAME record that must be looked up next. */
function lookup(name: string, { type }: Question, zone: ServedZone): DnsAnswer & { alias?: string } {
    const relative = relativeName(name, zone);
    const referral = delegation(relative, zone);
    if (referral && !(referral.name === relative && type === "DS")) {
        const owner = `${referral.name}.${zone.name}`;
        const authorities = records(owner, "NS", referral.servers);
        return { rcode: Rcode.NoError, authoritative: false, answers: [], authorities };
    }
    const types = zone.names.get(relative) ?? wildcard(relative, zone);
    const negative = { authoritative: true, answers: [], authorities: startOfAuthority(zone) };
    if (types === undefined) return { rcode: Rcode.NameError, ...negative };

    const cname = types.get("CNAME");
    const recordType = RECORD_TYPES.find(one => one === type);
    const set = recordType && types.get(recordType);
    if (cname && type !== "CNAME") {
        const [target] = cname.records;
        const alias = typeof target === "string" ? target : undefined;
        return {
            rcode: Rcode.NoError,
            authoritative: true,
            answers: records(name, "CNAME", cname),
            authorities: [],
            alias,
        };
    }
    if (recordType === undefined || set === undefined || set.records.length === 0) {
        return { rcode: Rcode.NoError, ...negative };
    }
    return {
        rcode: Rcode.NoError,
        authoritative: true,
        answers: records(name, recordType, set),
        authorities: [],
    };
}

function relativeName(name: string, zone: ServedZone): string {
    const lower = name.toLowerCase();
    if (lower === zone.name) return "@";
    return zone.name === "" ? lower : lower.slice(0, -zone.name.length - 1);
}

/** The NS records of a delegated subdomain, at the name or above it. */
function delegation(
    relative: string,
    zone: ServedZone,
): { name: string; servers: ServedRecordSet } | undefined {
    const labels = relative.split(".");
    for (let start = labels.length - 1; start >= 0; start--) {
        const name = labels.slice(start).join(".");
        const servers = zone.names.get(name)?.get("NS");
        if (name !== "@" && servers) return { name, servers };
    }
    return undefined;
}

/**
 * The wildcard that matches a name without records (RFC 4592). A name with descendants exists without records (an empty
 * non-terminal): the map is empty, and the answer has no data.
 */
function wildcard(relative: string, zone: ServedZone): ReadonlyMap<RecordType, ServedRecordSet> | undefined {
    const names = [...zone.names.keys()];
    if (names.some(name => name.endsWith(`.${relative}`))) return new Map<RecordType, ServedRecordSet>();
    const labels = relative.split(".");
    for (let start = 1; start <= labels.length; start++) {
        const encloser = labels.slice(start).join(".");
        const match = zone.names.get(encloser === "" ? "*" : `*.${encloser}`);
        if (match) return match;
        // Only a wildcard directly below the closest existing ancestor matches (RFC 4592, 3.3.1).
        if (zone.names.has(encloser) || names.some(name => name.endsWith(`.${encloser}`))) return undefined;
    }
    return undefined;
}

/** The SOA record for negative answers. Its TTL is at most the `minimum` of the zone (RFC 2308, 3). */
function startOfAuthority(zone: ServedZone): Answer[] {
    const soa = zone.names.get("@")?.get("SOA");
    if (soa === undefined) return [];
    const [data] = soa.records as { minimum?: number }[];
    const ttl = Math.min(soa.ttl, data?.minimum ?? soa.ttl);
    return records(zone.name, "SOA", { ...soa, ttl });
}

function records(name: string, type: RecordType, { ttl, records }: ServedRecordSet): Answer[] {
    return records.map(data => ({ name, type, ttl, class: "IN", data }) as Answer);
}
