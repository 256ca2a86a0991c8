import * as fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { AccessLog, MinimumTlsVersion, type SecureAciInferenceArgs, TlsMode } from "../../../components";
import { frontConfiguration } from "../../../components/aci/container-group";
import { readArguments } from "../../../components/aci/settings";
import { certificateName } from "../../../components/issuer";
import { canonicalHostname } from "../../../components/shared/host-name";
import { argumentProblems, mockEngine } from "../../support/argument-problems";
import { healthPath, hostname, limits, modelName, port, seconds, ttl } from "../../support/front-values";
import { runs } from "../../../sandbox/testing/full";

beforeAll(mockEngine);

const args: fc.Arbitrary<SecureAciInferenceArgs> = fc.record({
    resourceGroupName: fc.constant("group"),
    location: fc.constant("westeurope"),
    model: fc.record(
        { image: fc.constant("iris:1"), name: modelName, port, healthPath },
        { requiredKeys: ["image"] },
    ),
    limits,
    dns: fc.option(fc.record({ zoneName: fc.constant("contoso.com"), ttl }), { nil: undefined, freq: 1 }),
    tls: fc.record(
        {
            mode: fc.constantFrom(TlsMode.Auto, TlsMode.Disabled),
            hostname,
            hstsMaxAgeSeconds: seconds,
            minimumVersion: fc.constantFrom(...Object.values(MinimumTlsVersion), "1.1" as MinimumTlsVersion),
        },
        { requiredKeys: [] },
    ),
});

it("the front accepts all arguments that the component accepts", () => {
    let accepted = 0;
    fc.assert(
        fc.property(args, given => {
            const problems = argumentProblems(() => readArguments("iris", given, new Date()));
            if (Object.keys(problems).length > 0) return;
            accepted += 1;
            const settings = readArguments("iris", given, new Date());
            const names = [canonicalHostname((given.tls?.hostname as string | undefined) ?? "a.azure.com")];
            const stored = certificateName({ directoryUrl: "https://acme", hostnames: names });
            expect(() => frontConfiguration(settings, settings.tls.acme && stored)).not.toThrow();
        }),
        { numRuns: runs(2_000, 20_000) },
    );
    expect(accepted).toBeGreaterThan(100);
});

it("the front logs what front.accessLog says", () => {
    const configuration = (front?: SecureAciInferenceArgs["front"]) =>
        frontConfiguration(
            readArguments(
                "iris",
                {
                    resourceGroupName: "group",
                    location: "westeurope",
                    model: { image: "iris:1" },
                    tls: { mode: TlsMode.Disabled },
                    front,
                },
                new Date(),
            ),
        );
    expect(configuration({ accessLog: AccessLog.All })).toBe(configuration());
    expect(configuration({ accessLog: AccessLog.Errors })).toContain("option log-separate-errors");
    expect(configuration({ accessLog: AccessLog.Off })).not.toContain("log-format");
});
