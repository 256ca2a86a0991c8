import { describe, expect, it } from "vitest";
import { hostnameProblem, isCanonicalHostname } from "../../../components/shared/host-name";

describe("hostnameProblem", () => {
    it.each(["score.contoso.com", "score.contoso.com.", "SCORE.contoso.com", "a.b", "bücher.example"])(
        "accepts %s",
        hostname => expect(hostnameProblem(hostname)).toBeUndefined(),
    );

    it.each([
        ["", /is empty/],
        ["https://score.contoso.com", /is a URL/],
        ["score.contoso.com/score", /has a path/],
        ["score.contoso.com:443", /has a port/],
        ["*.contoso.com", /is a wildcard/],
        ["10.0.0.1", /is an IP address/],
        // Clients and URL parsers read these as IPv4 addresses too.
        ["10.1", /ends in a number/],
        ["0x7f.1", /ends in a number/],
        ["1\uff0e2", /ends in a number/],
        ["score.contoso.5", /ends in a number/],
        ["localhost", /has no domain/],
        ["score..contoso.com", /two dots/],
        ["-score.contoso.com", /"-score"/],
        [`${"a".repeat(64)}.com`, /1 to 63/],
        [`${"a.".repeat(127)}com`, /at most 253/],
    ])("refuses %j", (hostname, reason) => expect(hostnameProblem(hostname)).toMatch(reason));
});

describe("isCanonicalHostname", () => {
    it.each(["localhost", "score.contoso.com", "a-1.b", `${"a".repeat(63)}.com`, `${"a.".repeat(126)}a`])(
        "accepts %s",
        name => expect(isCanonicalHostname(name)).toBe(true),
    );

    it.each([
        "",
        "score.contoso.com.",
        "Score.contoso.com",
        "a_b.com",
        "-a.com",
        "a-.com",
        "a.com\n",
        `${"a".repeat(64)}.com`,
        `${"a.".repeat(127)}a`,
    ])("refuses %j", name => expect(isCanonicalHostname(name)).toBe(false));
});
