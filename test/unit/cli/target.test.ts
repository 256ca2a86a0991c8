import { describe, expect, it } from "vitest";
import { targetsOfOutputs, targetOfUrl } from "../../../cli/verify";

const outputs = {
    scoringUri: "https://score.contoso.com/score",
    swaggerUri: "https://score.contoso.com/swagger.json",
    fqdn: "iris-x7k2q9.westeurope.azurecontainer.io",
    ipAddress: "20.1.2.3",
    dnsRecord: { name: "score.contoso.com", type: "CNAME", value: "iris-x7k2q9.example", ttl: 300 },
    certificate: { subject: "CN=x", fingerprint: "AA:BB", authority: "-----BEGIN CERTIFICATE-----" },
    keys: { primary: "first-secret", secondary: "second-secret" },
    tlsMode: "SelfSigned",
};

describe("targetsOfOutputs", () => {
    it("reads the outputs of a stack with one model", () => {
        expect(targetsOfOutputs(outputs).get("")).toEqual({
            scoringUri: outputs.scoringUri,
            fqdn: outputs.fqdn,
            ipAddress: outputs.ipAddress,
            dnsRecord: outputs.dnsRecord,
            fingerprint: "AA:BB",
            authority: "-----BEGIN CERTIFICATE-----",
            key: "first-secret",
            keysExpected: true,
        });
    });

    it("expects no keys for a stack without keys", () => {
        const { keys: _, ...rest } = outputs;
        expect(targetsOfOutputs(rest).get("")).toMatchObject({ keysExpected: false, key: undefined });
    });

    it("reads the name, the key and the DNS record of each model on Kubernetes", () => {
        const { scoringUri: _, dnsRecord: __, ...shared } = outputs;
        const record = { name: "score.contoso.com", type: "A", value: "20.1.2.3", ttl: 300 };
        const path = "/api/v1/service";
        const targets = targetsOfOutputs({
            ...shared,
            services: {
                iris: { scoringUri: `https://score.contoso.com${path}/iris/score` },
                wine: { scoringUri: `http://${outputs.fqdn}${path}/wine/score` },
            },
            dnsRecords: [record],
            keys: { iris: outputs.keys },
        });
        expect([...targets.keys()]).toEqual(["iris", "wine"]);
        expect(targets.get("iris")).toMatchObject({
            dnsRecord: record,
            key: "first-secret",
            keysExpected: true,
        });
        expect(targets.get("wine")).toMatchObject({ key: undefined, keysExpected: false });
        expect(targets.get("wine")).not.toHaveProperty("dnsRecord");
    });

    it("names missing and invalid outputs, but not their values", () => {
        const broken = () =>
            targetsOfOutputs({ ...outputs, scoringUri: "ftp://x", keys: { primary: ["first-secret"] } });
        expect(broken).toThrow(/\(scoringUri, keys\.primary\)/);
        expect(broken).not.toThrow(/first-secret/);
        expect(() => targetsOfOutputs([])).toThrow(/has no valid outputs of a service/);
    });
});

describe("targetOfUrl", () => {
    it.each(["https://score.contoso.com/score", "https://127.0.0.1:8443/score", "http://[::1]/"])(
        "accepts %s",
        url => expect(targetOfUrl(url)).toEqual({ scoringUri: url }),
    );

    it.each(["score.contoso.com", "ftp://score.contoso.com", "", "https://user:word@score.contoso.com/"])(
        "rejects %j",
        url => expect(() => targetOfUrl(url)).toThrow(/^--url: /),
    );

    it("does not repeat a password of the address", () => {
        expect(() => targetOfUrl("https://user:word@score.contoso.com/")).not.toThrow(/word@|:word/);
    });
});
