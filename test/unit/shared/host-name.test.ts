import { describe, expect, it } from "vitest";
import { hostnameProblem, relativeName, zoneProblem } from "../../../components/shared/host-name";

describe("hostnameProblem", () => {
    it.each(["score.contoso.com", "score.contoso.com.", "SCORE.contoso.com", "a.b", "bücher.example"])(
        "accepts %s",
        hostname => expect(hostnameProblem(hostname)).toBeUndefined(),
    );

    it.each([
        ["", /is empty/],
        ["https://score.contoso.com", /name alone/],
        ["score.contoso.com/score", /has a path/],
        ["score.contoso.com:443", /has a port/],
        ["*.contoso.com", /is a pattern/],
        ["10.0.0.1", /is an address/],
        ["localhost", /has no domain/],
        ["score..contoso.com", /two dots/],
        ["-score.contoso.com", /"-score"/],
        [`${"a".repeat(64)}.com`, /1 to 63/],
        [`${"a.".repeat(127)}com`, /DNS allows 253/],
    ])("refuses %j", (hostname, reason) => expect(hostnameProblem(hostname)).toMatch(reason));
});

describe("zoneProblem", () => {
    it.each([
        ["score.contoso.com", "contoso.com", undefined],
        ["a.b.Contoso.com", "contoso.com.", undefined],
        ["contoso.com", "contoso.com", /apex/],
        ["score.fabrikam.com", "contoso.com", /does not lie in the zone contoso\.com/],
        ["evilcontoso.com", "contoso.com", /does not lie/],
    ])("%s in %s", (hostname, zone, reason) => {
        if (reason) expect(zoneProblem(hostname, zone, false)).toMatch(reason);
        else expect(zoneProblem(hostname, zone, false)).toBeUndefined();
    });

    it("gives the record its name inside of the zone", () => {
        expect(relativeName("a.Score.contoso.com", "contoso.com")).toBe("a.score");
    });
});
