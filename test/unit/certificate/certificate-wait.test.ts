import { EventEmitter } from "node:events";
import type { PeerCertificate } from "node:tls";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
    namesNotCovered,
    type ResolvedCertificateWait,
    waitForCertificate,
} from "../../../components/certificate/certificate-wait";
import { PLACEHOLDER_COMMON_NAME } from "../../../components/front";

const { served } = vi.hoisted(() => ({ served: { subject: { CN: "" }, subjectaltname: "" } }));

/** Each connection presents the certificate `served`. */
vi.mock("node:tls", async importOriginal => ({
    ...(await importOriginal<object>()),
    connect: () => {
        const socket = Object.assign(new EventEmitter(), {
            getPeerCertificate: () => served,
            destroy: () => undefined,
        });
        setImmediate(() => socket.emit("secureConnect"));
        return socket;
    },
}));

beforeEach(() => {
    served.subjectaltname = "";
});

const SERVICE: ResolvedCertificateWait = {
    hostnames: ["score.contoso.com"],
    ipAddress: undefined,
    userManagedNames: [],
    waitSeconds: 0,
    logCommand: "az container logs --name iris",
};

describe("namesNotCovered", () => {
    const certificate = (subjectaltname: string, CN = ""): PeerCertificate =>
        ({ subject: { CN }, subjectaltname }) as PeerCertificate;

    it("are the names that an earlier or incomplete certificate lacks", () => {
        const names = ["score.contoso.com", "Bücher.contoso.com"];
        expect(namesNotCovered(certificate("DNS:score.contoso.com"), names)).toEqual(["Bücher.contoso.com"]);
        expect(
            namesNotCovered(certificate("DNS:score.contoso.com, DNS:xn--bcher-kva.contoso.com"), names),
        ).toEqual([]);
    });

    it("are all names while the placeholder is served, even when it covers them", () => {
        const placeholder = certificate("DNS:score.contoso.com", PLACEHOLDER_COMMON_NAME);
        expect(namesNotCovered(placeholder, ["score.contoso.com"])).toEqual(["score.contoso.com"]);
    });
});

describe("waitForCertificate", () => {
    it("warns after the time limit and names the command that shows the log", async () => {
        const warning = await waitForCertificate("iris", SERVICE);
        expect(warning).toMatch(/^iris: No certificate for score\.contoso\.com after 0 seconds\./);
        expect(warning).toContain("load the certificate without another update");
        expect(warning).toMatch(/To find the cause, run: az container logs --name iris$/);
    });

    it("warns at once when the user has to create the DNS records", async () => {
        const userManagedNames = ["score.contoso.com", "iris.contoso.com"];
        const warning = await waitForCertificate("iris", {
            ...SERVICE,
            hostnames: userManagedNames,
            userManagedNames,
            waitSeconds: 3_600,
        });
        expect(warning).toContain(
            "Create the DNS record shown in the outputs for score.contoso.com, iris.contoso.com",
        );
    });

    it("warns only about the names that the served certificate lacks", async () => {
        served.subjectaltname = "DNS:score.contoso.com";
        const warning = await waitForCertificate("models", {
            ...SERVICE,
            ipAddress: "192.0.2.1",
            hostnames: ["score.contoso.com", "bad.contoso.com"],
        });
        expect(warning).toMatch(/^models: No certificate for bad\.contoso\.com after 0 seconds\./);
        expect(warning).toContain("clients that use these names refuse the certificate");
        expect(warning).not.toContain("503");
    });

    it("waits for the other names where the user has to create a record", async () => {
        served.subjectaltname = "DNS:score.contoso.com";
        const warning = await waitForCertificate("models", {
            ...SERVICE,
            ipAddress: "192.0.2.1",
            hostnames: ["score.contoso.com", "own.contoso.com"],
            userManagedNames: ["own.contoso.com"],
            waitSeconds: 60,
        });
        expect(warning).toMatch(/^models: Create the DNS record shown in the outputs for own\.contoso\.com;/);
        expect(warning).not.toContain("after 60 seconds");
    });

    it("does not warn when the certificate covers every name", async () => {
        served.subjectaltname = "DNS:score.contoso.com";
        expect(await waitForCertificate("iris", { ...SERVICE, ipAddress: "192.0.2.1" })).toBeUndefined();
    });
});
