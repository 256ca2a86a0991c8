import { describe, expect, it } from "vitest";
import { parseServer } from "../../../cli/verify/dns/servers";

describe("parseServer", () => {
    it.each([
        ["127.0.0.1", "127.0.0.1", 53],
        ["127.0.0.1:8053", "127.0.0.1", 8053],
        ["::1", "::1", 53],
        ["[::1]", "::1", 53],
        ["[::1]:8053", "::1", 8053],
    ])("reads %s", (text, address, port) => expect(parseServer(text)).toEqual({ address, port }));

    it.each([
        "",
        "ns.contoso.com",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:x",
        "[127.0.0.1",
    ])("rejects %j", text => expect(() => parseServer(text)).toThrow(/is not the address of a DNS server/));
});
