import { describe, expect, it } from "vitest";
import { AcmeChallenge, acmeWarnings, type AcmeSettings } from "../../../components/arguments/acme";
import { type AwaitedService, missingCertificate } from "../../../components/certificate/awaited";

const SERVICE: AwaitedService = {
    hostname: "score.contoso.com",
    ipAddress: undefined,
    recordsOfOthers: [],
    waitSeconds: 0,
    logCommand: "az container logs --name iris",
};

describe("what an update says without a certificate", () => {
    it("is how to find out why", async () => {
        const said = await missingCertificate("iris", SERVICE);
        expect(said).toMatch(/^iris: there is no certificate for score\.contoso\.com after 0 seconds\./);
        expect(said).toContain("served without another update");
        expect(said).toMatch(/To see why: az container logs --name iris$/);
    });

    it("is which record is missing, at once, where that is for a person to make", async () => {
        const recordsOfOthers = ["score.contoso.com", "iris.contoso.com"];
        const said = await missingCertificate("iris", { ...SERVICE, recordsOfOthers, waitSeconds: 3_600 });
        expect(said).toContain(
            "finds the service as score.contoso.com, iris.contoso.com: create the DNS record",
        );
    });
});

describe("what is said of names before", () => {
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
        [["iris0a1b2c.westeurope.cloudapp.azure.com"], [/shares the authority's limits/]],
        [
            ["score.contoso.test", "score.contoso.local"],
            [/no name of the internet/, /no name of the internet/],
        ],
        [[`${labels(8)}.contoso.com`], []],
        [[`${labels(9)}.contoso.com`], [/more than 10 parts/]],
        [Array.from({ length: 100 }, (_, i) => `n${i}.contoso.com`), []],
        [Array.from({ length: 101 }, (_, i) => `n${i}.contoso.com`), [/^101 names are more/]],
    ])("of %j", (names, expected) => {
        const said = acmeWarnings(acme, names);
        expect(said).toEqual(expected.map(one => expect.stringMatching(one) as string));
    });

    it("is nothing where the authority is your own", () => {
        expect(acmeWarnings({ ...acme, certificateAuthority: "its root" }, ["score.contoso.test"])).toEqual(
            [],
        );
    });
});
