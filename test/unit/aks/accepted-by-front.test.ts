import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { AccessLog, type AksModelArgs, type SecureAksInferenceArgs, TlsMode } from "../../../components";
import { frontSettings } from "../../../components/aks/front-files";
import type { KubernetesScope } from "../../../components/aks/kubernetes-scope";
import { readArguments } from "../../../components/aks/settings";
import { frontFiles } from "../../../components/front";
import { argumentProblems, mockEngine } from "../../support/argument-problems";
import { healthPath, hostname, limits, modelName, port, replicas, seconds } from "../../support/front-values";
import { runs } from "../../../sandbox/testing/full";
import { settled } from "../../support/mocks";

beforeAll(mockEngine);

const model: fc.Arbitrary<AksModelArgs> = fc.record(
    {
        image: fc.constant("iris:1"),
        port,
        healthPath,
        limits,
        hostname,
        replicas,
        allowPlainHttp: fc.boolean(),
    },
    { requiredKeys: ["image"] },
);

const args: fc.Arbitrary<SecureAksInferenceArgs> = fc.record({
    resourceGroupName: fc.constant("group"),
    location: fc.constant("westeurope"),
    cluster: fc.constant({ create: {} }),
    models: fc.dictionary(modelName, model, { minKeys: 1, maxKeys: 2 }),
    front: fc.record({ replicas: fc.integer({ min: 1, max: 21 }) }, { requiredKeys: [] }),
    tls: fc.record(
        { mode: fc.constantFrom(TlsMode.Auto), hostname, hstsMaxAgeSeconds: seconds },
        { requiredKeys: ["mode"] },
    ),
});

const files = async (given: SecureAksInferenceArgs) => {
    const settings = readArguments("models", given, new Date());
    const scope: KubernetesScope = { component: "models", namespace: settings.namespace.name, opts: {} };
    return frontFiles(await settled(frontSettings(settings, scope, undefined)));
};

describe("the front", () => {
    it("accepts all arguments that the component accepts", async () => {
        let accepted = 0;
        await fc.assert(
            fc.asyncProperty(args, async given => {
                const problems = argumentProblems(() => readArguments("models", given, new Date()));
                if (Object.keys(problems).length > 0) return;
                accepted += 1;
                await expect(files(given)).resolves.toBeDefined();
            }),
            { numRuns: runs(2_000, 20_000) },
        );
        expect(accepted).toBeGreaterThan(100);
    });

    it("logs what front.accessLog says", async () => {
        const configuration = async (front?: SecureAksInferenceArgs["front"]) => {
            const { "haproxy.cfg": text } = await files({
                resourceGroupName: "group",
                location: "westeurope",
                cluster: { create: {} },
                models: { iris: { image: "iris:1" } },
                tls: { mode: TlsMode.Disabled },
                front,
            });
            return text;
        };
        expect(await configuration({ accessLog: AccessLog.All })).toBe(await configuration());
        // The entrance and the queue.
        expect(
            (await configuration({ accessLog: AccessLog.Errors }))?.match(/log-separate-errors/g),
        ).toHaveLength(2);
        expect(await configuration({ accessLog: AccessLog.Off })).not.toContain("log-format");
    });

    it("reports equal host names that become known later by the names of the arguments", async () => {
        const listeners = process.listeners("unhandledRejection");
        process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => undefined);
        const given = (iris: pulumi.Input<string>): SecureAksInferenceArgs => ({
            resourceGroupName: "group",
            location: "westeurope",
            cluster: { create: {} },
            models: {
                iris: { image: "iris:1", hostname: iris },
                wine: { image: "wine:1", hostname: "wine.contoso.com" },
            },
            tls: { mode: TlsMode.Disabled, hostname: pulumi.output("score.contoso.com") },
        });
        await expect(files(given(pulumi.output("Wine.contoso.com")))).rejects.toThrow(
            "models.wine.hostname: is wine.contoso.com, the same as models.iris.hostname; use different host names",
        );
        await expect(files(given("score.contoso.com"))).rejects.toThrow(
            "models.iris.hostname: is score.contoso.com, the same as tls.hostname",
        );
        await new Promise(resolve => setImmediate(resolve));
        process.removeAllListeners("unhandledRejection");
        for (const listener of listeners) process.on("unhandledRejection", listener);
    });
});
