import type { Answer, StringAnswer } from "dns-packet";
import { type DnsAnswer, type DnsServer, askDns } from "./query";

/** One record of the chain from a name to its addresses. */
export interface Hop {
    name: string;
    type: "CNAME" | "A" | "AAAA";
    value: string;
    /** In seconds. A resolver returns the remaining time. */
    ttl: number;
}

export interface Resolution {
    hops: Hop[];
    addresses: string[];
    /** Why there is no address. `absent`: the servers have no record; `unreachable`: the servers do not answer. */
    failure?: { kind: "absent" | "unreachable"; text: string };
}

const MAX_ALIASES = 10;
const NO_SUCH_NAME = 3;

/**
 * Resolves a name to its addresses and records each CNAME on the way.
 *
 * @param serversFor the servers to query for a name; the first answer counts
 */
export async function resolveName(
    name: string,
    serversFor: (name: string) => Promise<DnsServer[]>,
    timeoutMs: number,
): Promise<Resolution> {
    const hops: Hop[] = [];
    let current = name.toLowerCase();
    for (let alias = 0; alias <= MAX_ALIASES; alias++) {
        let answer: DnsAnswer;
        try {
            const servers = await serversFor(current);
            answer = await askFirst(servers, current, "A", timeoutMs);
            if (answer.rcode === 0 && answer.answers.length === 0) {
                answer = await askFirst(servers, current, "AAAA", timeoutMs);
            }
        } catch (error) {
            return failed(hops, "unreachable", error instanceof Error ? error.message : String(error));
        }
        const before = hops.length;
        current = followAliases(current, answer.answers, hops);
        const records = recordsOf(current, answer.answers);
        if (records.length > 0) {
            hops.push(...records);
            return { hops, addresses: records.map(record => record.value) };
        }
        if (answer.rcode === NO_SUCH_NAME) return failed(hops, "absent", `${current} does not exist`);
        if (hops.length === before) return failed(hops, "absent", `${current} has no address`);
    }
    return failed(hops, "absent", `more than ${MAX_ALIASES} aliases in a row`);
}

async function askFirst(
    servers: DnsServer[],
    name: string,
    type: "A" | "AAAA",
    timeoutMs: number,
): Promise<DnsAnswer> {
    let failure = new Error(`no name server known for ${name}`);
    for (const server of servers) {
        try {
            const answer = await askDns(server, name, type, timeoutMs);
            if (answer.rcode === 0 || answer.rcode === NO_SUCH_NAME) return answer;
            failure = new Error(`${server.address} port ${server.port}: ${rcodeName(answer.rcode)}`);
        } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            failure = new Error(`${server.address} port ${server.port}: ${reason}`);
        }
    }
    throw failure;
}

/** A resolver returns the whole CNAME chain in one answer; a zone's name server returns only the part in its zone. */
function followAliases(name: string, answers: Answer[], hops: Hop[]): string {
    let current = name;
    for (let i = 0; i < answers.length; i++) {
        const alias = answers.find(
            (one): one is StringAnswer => one.type === "CNAME" && one.name.toLowerCase() === current,
        );
        if (!alias) break;
        hops.push({ name: current, type: "CNAME", value: alias.data.toLowerCase(), ttl: alias.ttl ?? 0 });
        current = alias.data.toLowerCase();
    }
    return current;
}

function recordsOf(name: string, answers: Answer[]): Hop[] {
    return answers.flatMap(one =>
        (one.type === "A" || one.type === "AAAA") && one.name.toLowerCase() === name
            ? [{ name, type: one.type, value: one.data, ttl: one.ttl ?? 0 }]
            : [],
    );
}

function failed(hops: Hop[], kind: "absent" | "unreachable", text: string): Resolution {
    return { hops, addresses: [], failure: { kind, text } };
}

function rcodeName(rcode: number): string {
    return { 2: "SERVFAIL", 5: "REFUSED" }[rcode] ?? `DNS error ${rcode}`;
}
