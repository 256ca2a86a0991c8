import * as dnsPacket from "dns-packet";
import { type DnsAnswer, Rcode, resolve } from "./answer";
import type { ServedZone } from "./zone-data";

/** Maximum size of a UDP response without EDNS (RFC 1035, 4.2.1). */
const PLAIN_UDP_BYTES = 512;
/** Maximum size of a UDP response. Larger ones may be fragmented and lost (DNS flag day 2020). */
const LARGEST_UDP_BYTES = 1232;

const OPCODE_MASK = 0x7800;
const HEADER_BYTES = 12;
const RESPONSE_FLAG = 0x8000;

const EDNS_OPTIONS: dnsPacket.Answer = {
    type: "OPT",
    name: ".",
    udpPayloadSize: LARGEST_UDP_BYTES,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
};

/** Responds to a packet, or returns undefined if it is not a query. @param transport responses over TCP are never truncated */
export function reply(
    packet: Buffer,
    zones: readonly ServedZone[],
    transport: "udp" | "tcp",
): Buffer | undefined {
    const query = decode(packet);
    if (query === undefined) return formatError(packet);
    if (query.type !== "query") return undefined;

    const options = query.additionals?.find(record => record.type === "OPT");
    const result = resultOf(query, zones);
    const recursionDesired = (query.flags ?? 0) & dnsPacket.RECURSION_DESIRED;
    const flags =
        recursionDesired | (result.authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0) | result.rcode;
    const response: dnsPacket.Packet = {
        type: "response",
        id: query.id,
        flags,
        questions: query.questions,
        answers: result.answers,
        authorities: result.authorities,
        additionals: options ? [EDNS_OPTIONS] : [],
    };
    const encoded = dnsPacket.encode(response);
    const accepted =
        options?.type === "OPT" ? Math.max(options.udpPayloadSize, PLAIN_UDP_BYTES) : PLAIN_UDP_BYTES;
    if (transport === "tcp" || encoded.length <= Math.min(accepted, LARGEST_UDP_BYTES)) return encoded;
    return dnsPacket.encode({
        ...response,
        flags: flags | dnsPacket.TRUNCATED_RESPONSE,
        answers: [],
        authorities: [],
    });
}

function resultOf({ flags = 0, questions = [] }: dnsPacket.Packet, zones: readonly ServedZone[]): DnsAnswer {
    const [question] = questions;
    const isStandardQuery = (flags & OPCODE_MASK) === 0;
    if (isStandardQuery && question && questions.length === 1) return resolve(question, zones);
    return { rcode: Rcode.NotImplemented, authoritative: false, answers: [], authorities: [] };
}

function decode(packet: Buffer): dnsPacket.Packet | undefined {
    try {
        return dnsPacket.decode(packet);
    } catch {
        return undefined;
    }
}

/** The response to a query that cannot be decoded but has a complete header. */
function formatError(packet: Buffer): Buffer | undefined {
    if (packet.length < HEADER_BYTES || (packet.readUInt16BE(2) & RESPONSE_FLAG) !== 0) return undefined;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt16BE(packet.readUInt16BE(0), 0);
    header.writeUInt16BE(RESPONSE_FLAG | Rcode.FormatError, 2);
    return header;
}
