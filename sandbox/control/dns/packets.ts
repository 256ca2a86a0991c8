import * as dnsPacket from "dns-packet";
import { answer, Rcode } from "./answer";
import type { ServedZone } from "./zone-data";

/** Without EDNS a client takes so many bytes over UDP (RFC 1035, 4.2.1). */
const PLAIN_UDP_BYTES = 512;
/** Larger packets would be cut on the way (DNS flag day 2020). */
const LARGEST_UDP_BYTES = 1232;

/** The reply to a packet, or nothing when it is not a question. @param transport TCP has room for any answer */
export function reply(
    query: Buffer,
    zones: readonly ServedZone[],
    transport: "udp" | "tcp",
): Buffer | undefined {
    const asked = decoded(query);
    if (asked === undefined) return formatError(query);
    if (asked.type !== "query") return undefined;

    const options = asked.additionals?.find(record => record.type === "OPT");
    const additionals: dnsPacket.Answer[] = options
        ? [
              {
                  type: "OPT",
                  name: ".",
                  udpPayloadSize: LARGEST_UDP_BYTES,
                  extendedRcode: 0,
                  ednsVersion: 0,
                  flags: 0,
                  flag_do: false,
                  options: [],
              },
          ]
        : [];
    const [question] = asked.questions ?? [];
    const isQuery = ((asked.flags ?? 0) & OPCODE_MASK) === 0;
    const result =
        isQuery && question && asked.questions?.length === 1
            ? answer(question, zones)
            : { rcode: Rcode.NotImplemented, authoritative: false, answers: [], authorities: [] };
    const recursionDesired = (asked.flags ?? 0) & dnsPacket.RECURSION_DESIRED;
    const flags =
        recursionDesired | (result.authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0) | result.rcode;
    const packet: dnsPacket.Packet = {
        type: "response",
        id: asked.id,
        flags,
        questions: asked.questions,
        answers: result.answers,
        authorities: result.authorities,
        additionals,
    };
    const encoded = dnsPacket.encode(packet);
    const room =
        options?.type === "OPT" ? Math.max(options.udpPayloadSize, PLAIN_UDP_BYTES) : PLAIN_UDP_BYTES;
    if (transport === "tcp" || encoded.length <= Math.min(room, LARGEST_UDP_BYTES)) return encoded;
    return dnsPacket.encode({
        ...packet,
        flags: flags | dnsPacket.TRUNCATED_RESPONSE,
        answers: [],
        authorities: [],
    });
}

const OPCODE_MASK = 0x7800;
const HEADER_BYTES = 12;
const RESPONSE_FLAG = 0x8000;

function decoded(query: Buffer): dnsPacket.Packet | undefined {
    try {
        return dnsPacket.decode(query);
    } catch {
        return undefined;
    }
}

/** A packet that cannot be read, but has an id to answer to. */
function formatError(query: Buffer): Buffer | undefined {
    if (query.length < HEADER_BYTES || (query.readUInt16BE(2) & RESPONSE_FLAG) !== 0) return undefined;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt16BE(query.readUInt16BE(0), 0);
    header.writeUInt16BE(RESPONSE_FLAG | Rcode.FormatError, 2);
    return header;
}
