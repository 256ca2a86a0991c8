import { describe, expect, it } from "vitest";
import { targetOfOutputs, targetOfUrl } from "../../../cli/verify";

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

describe("targetOfOutputs", () => {
    it("takes what the stack declares", () => {
        expect(targetOfOutputs(outputs)).toEqual({
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

    it("expects no keys when the stack has none", () => {
        const { keys: _, ...rest } = outputs;
        expect(targetOfOutputs(rest)).toMatchObject({ keysExpected: false, key: undefined });
    });

    it("names what is missing or wrong, and never a value", () => {
        const broken = () =>
            targetOfOutputs({ ...outputs, scoringUri: "ftp://x", keys: { primary: ["first-secret"] } });
        expect(broken).toThrow(/\(scoringUri, keys\.primary\)/);
        expect(broken).not.toThrow(/first-secret/);
        expect(() => targetOfOutputs([])).toThrow(/do not describe a service/);
    });
});

describe("targetOfUrl", () => {
    it.each(["https://score.contoso.com/score", "https://127.0.0.1:8443/score", "http://[::1]/"])(
        "takes %s",
        url => expect(targetOfUrl(url)).toEqual({ scoringUri: url }),
    );

    it.each(["score.contoso.com", "ftp://score.contoso.com", "", "https://user:word@score.contoso.com/"])(
        "refuses %j",
        url => expect(() => targetOfUrl(url)).toThrow(/^The address must/),
    );

    it("does not repeat a password", () => {
        expect(() => targetOfUrl("https://user:word@score.contoso.com/")).not.toThrow(/word@|:word/);
    });
});
