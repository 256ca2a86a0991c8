import type { PeerCertificate } from "node:tls";
import { describe, expect, it } from "vitest";
import {
    type ResolvedCertificateWait,
    isIssuedForAllNames,
    waitForCertificate,
} from "../../../components/certificate/certificate-wait";
import { PLACEHOLDER_COMMON_NAME } from "../../../components/front";

const SERVICE: ResolvedCertificateWait = {
    hostnames: ["score.contoso.com"],
    ipAddress: undefined,
    userManagedNames: [],
    waitSeconds: 0,
    logCommand: "az container logs --name iris",
};

describe("isIssuedForAllNames", () => {
    const certificate = (subjectaltname: string, CN = ""): PeerCertificate =>
        ({ subject: { CN }, subjectaltname }) as PeerCertificate;

    it("refuses an earlier certificate that lacks a new name", () => {
        const names = ["score.contoso.com", "Bücher.contoso.com"];
        expect(isIssuedForAllNames(certificate("DNS:score.contoso.com"), names)).toBe(false);
        expect(
            isIssuedForAllNames(certificate("DNS:score.contoso.com, DNS:xn--bcher-kva.contoso.com"), names),
        ).toBe(true);
    });

    it("refuses the placeholder, even when it covers the names", () => {
        const placeholder = certificate("DNS:score.contoso.com", PLACEHOLDER_COMMON_NAME);
        expect(isIssuedForAllNames(placeholder, ["score.contoso.com"])).toBe(false);
    });
});

describe("waitForCertificate", () => {
    it("warns after the time limit and names the command that shows the log", async () => {
        const warning = await waitForCertificate("iris", SERVICE);
        expect(warning).toMatch(/^iris: no certificate for score\.contoso\.com after 0 seconds\./);
        expect(warning).toContain("load the certificate without another update");
        expect(warning).toMatch(/To find the cause, run: az container logs --name iris$/);
    });

    it("warns at once when the user has to create the DNS records", async () => {
        const userManagedNames = ["score.contoso.com", "iris.contoso.com"];
        const warning = await waitForCertificate("iris", {
            ...SERVICE,
            userManagedNames,
            waitSeconds: 3_600,
        });
        expect(warning).toContain(
            "Create the DNS record shown in the outputs for score.contoso.com, iris.contoso.com",
        );
    });
});
