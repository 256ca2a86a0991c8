import { describe, expect, it } from "vitest";
import { relativeName, zoneProblem } from "../../../components/dns/zone-name";

describe("zoneProblem", () => {
    it.each([
        ["score.contoso.com", "contoso.com"],
        ["a.b.Contoso.com", "contoso.com."],
    ])("accepts %s in %s", (hostname, zone) => expect(zoneProblem(hostname, zone, false)).toBeUndefined());

    it.each([
        ["score.fabrikam.com", "contoso.com", /is not in the DNS zone contoso\.com/],
        ["evilcontoso.com", "contoso.com", /is not in the DNS zone/],
    ])("refuses %s in %s", (hostname, zone, reason) =>
        expect(zoneProblem(hostname, zone, true)).toMatch(reason),
    );

    it("allows the apex to address records only", () => {
        expect(zoneProblem("contoso.com", "contoso.com", true)).toBeUndefined();
        expect(zoneProblem("contoso.com", "contoso.com", false)).toMatch(/apex/);
    });
});

describe("relativeName", () => {
    it.each([
        ["a.Score.contoso.com", "contoso.com", "a.score"],
        ["contoso.com", "contoso.com.", "@"],
    ])("%s in %s is %s", (hostname, zone, name) => expect(relativeName(hostname, zone)).toBe(name));
});
