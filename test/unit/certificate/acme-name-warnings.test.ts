import { describe, expect, it } from "vitest";
import { AcmeChallenge, type AcmeSettings } from "../../../components/certificate/acme-arguments";
import { acmeNameWarnings } from "../../../components/certificate/acme-name-warnings";

describe("acmeNameWarnings", () => {
    const acme: AcmeSettings = {
        directoryUrl: "https://acme-v02.api.letsencrypt.org/directory",
        challenge: AcmeChallenge.Http01,
        image: "lego:5",
        waitSeconds: 300,
    };
    const labels = (count: number): string => Array.from({ length: count }, (_, i) => `l${i}`).join(".");

    it.each([
        [["score.contoso.com"], []],
        [["iris0a1b2c.westeurope.azurecontainer.io"], []],
        [["iris0a1b2c.westeurope.cloudapp.azure.com"], [/shares the authority's rate limits/]],
        [
            ["score.contoso.test", "score.contoso.local"],
            [/is not a public domain name/, /is not a public domain name/],
        ],
        [[`${labels(8)}.contoso.com`], []],
        [[`${labels(9)}.contoso.com`], [/more than 10 parts/]],
        [Array.from({ length: 100 }, (_, i) => `n${i}.contoso.com`), []],
        [Array.from({ length: 101 }, (_, i) => `n${i}.contoso.com`), [/has 101 names/]],
    ])("%j", (names, expected) => {
        const warnings = acmeNameWarnings(acme, names);
        expect(warnings).toEqual(expected.map(one => expect.stringMatching(one) as string));
    });

    it("returns nothing for a private authority", () => {
        expect(
            acmeNameWarnings({ ...acme, certificateAuthority: "its root" }, ["score.contoso.test"]),
        ).toEqual([]);
    });
});
