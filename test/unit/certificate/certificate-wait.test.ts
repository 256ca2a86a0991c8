import type { PeerCertificate } from "node:tls";
import { describe, expect, it } from "vitest";
import {
    AcmeChallenge,
    acmeNameWarnings,
    type AcmeSettings,
} from "../../../components/certificate/acme-arguments";
import {
    type AwaitedService,
    isForAllNames,
    waitForCertificate,
} from "../../../components/certificate/certificate-wait";
import { PLACEHOLDER_COMMON_NAME } from "../../../components/front";

const SERVICE: AwaitedService = {
    hostnames: ["score.contoso.com"],
    ipAddress: undefined,
    recordsOfOthers: [],
    waitSeconds: 0,
    logCommand: "az container logs --name iris",
};

describe("the certificate that an update waits for", () => {
    const certificate = (subjectaltname: string, CN = ""): PeerCertificate =>
        ({ subject: { CN }, subjectaltname }) as PeerCertificate;

    it("is for all names: one that lacks a new name is that of before", () => {
        const names = ["score.contoso.com", "Bücher.contoso.com"];
        expect(isForAllNames(certificate("DNS:score.contoso.com"), names)).toBe(false);
        expect(
            isForAllNames(certificate("DNS:score.contoso.com, DNS:xn--bcher-kva.contoso.com"), names),
        ).toBe(true);
    });

    it("is not the placeholder, whatever that is for", () => {
        const placeholder = certificate("DNS:score.contoso.com", PLACEHOLDER_COMMON_NAME);
        expect(isForAllNames(placeholder, ["score.contoso.com"])).toBe(false);
    });
});

describe("what an update says without a certificate", () => {
    it("is how to find out why", async () => {
        const said = await waitForCertificate("iris", SERVICE);
        expect(said).toMatch(/^iris: there is no certificate for score\.contoso\.com after 0 seconds\./);
        expect(said).toContain("served without another update");
        expect(said).toMatch(/To see why: az container logs --name iris$/);
    });

    it("is which record is missing, at once, where that is for a person to make", async () => {
        const recordsOfOthers = ["score.contoso.com", "iris.contoso.com"];
        const said = await waitForCertificate("iris", { ...SERVICE, recordsOfOthers, waitSeconds: 3_600 });
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
        const said = acmeNameWarnings(acme, names);
        expect(said).toEqual(expected.map(one => expect.stringMatching(one) as string));
    });

    it("is nothing where the authority is your own", () => {
        expect(
            acmeNameWarnings({ ...acme, certificateAuthority: "its root" }, ["score.contoso.test"]),
        ).toEqual([]);
    });
});
