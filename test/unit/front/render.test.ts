import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    checkFront,
    FrontSettingsError,
    renderFront,
    type FrontModel,
    type FrontSettings,
} from "../../../components/front";
import { hostileText } from "./hostile";
import { iris, overTls } from "../../support/front-settings";

const VARIANTS: Record<string, FrontSettings> = {
    tls: overTls(),
    "tls-1.3-without-hsts-and-keys": overTls({
        tls: { minimumVersion: "1.3", hstsMaxAgeSeconds: 0 },
        models: [iris({ keysRequired: false })],
    }),
    "certificate-store": overTls({
        tls: {
            minimumVersion: "1.2",
            hstsMaxAgeSeconds: 31_536_000,
            storedCertificate: "score.contoso.com-0a1b2c3d4e5f",
        },
    }),
    http: { models: [iris()] },
    "several-models": overTls({
        models: [
            iris(),
            iris({
                name: "wine",
                port: 5002,
                healthPath: "/health?deep=1",
                maxConcurrentRequests: 8,
                maxQueuedRequests: 20,
            }),
        ],
    }),
};

describe("renderFront", () => {
    it.each(Object.entries(VARIANTS))(
        "writes the configuration that was reviewed: %s",
        async (name, settings) => {
            await expect(renderFront(settings)).toMatchFileSnapshot(`golden/${name}.golden.cfg`);
        },
    );

    it("names every setting that it refuses, all at once", () => {
        const settings: FrontSettings = {
            tls: { minimumVersion: "1.1" as "1.2", hstsMaxAgeSeconds: -1 },
            models: [
                iris({ name: "Iris", host: "local host", port: 0, healthPath: "health" }),
                iris({
                    name: "Iris",
                    port: 8404,
                    maxConcurrentRequests: 0,
                    maxQueueWaitMs: 0.5,
                    maxQueuedRequests: 0,
                    scoringTimeoutMs: Infinity,
                    maxBodyBytes: NaN,
                }),
            ],
        };
        let problems: readonly { property: string }[] = [];
        try {
            renderFront(settings);
        } catch (error) {
            if (error instanceof FrontSettingsError) problems = error.problems;
        }
        expect(problems.map(({ property }) => property)).toEqual([
            "tls.minimumVersion",
            "tls.hstsMaxAgeSeconds",
            "models[0].name",
            "models[0].host",
            "models[0].port",
            "models[0].healthPath",
            "models[1].name",
            "models[1].port",
            "models[1].maxConcurrentRequests",
            "models[1].maxQueueWaitMs",
            "models[1].maxQueuedRequests",
            "models[1].scoringTimeoutMs",
            "models[1].maxBodyBytes",
            "models[1].name",
        ]);
    });

    it("refuses to serve no model at all", () => {
        expect(checkFront({ models: [] })).toEqual([
            { property: "models", reason: "must name at least one model" },
        ]);
    });

    it.each(["name", "host", "healthPath"] as const)("lets no %s add a directive", property => {
        const plain = shape(renderFront(overTls()));
        fc.assert(
            fc.property(hostileText, value => {
                const models: FrontModel[] = [iris({ [property]: value })];
                if (checkFront({ models }).length > 0) {
                    expect(() => renderFront(overTls({ models }))).toThrow(`models[0].${property}: `);
                    return;
                }
                expect(shape(renderFront(overTls({ models })))).toEqual(plain);
                expect(value).toMatch(/^[!-~]+$/);
                expect(value).not.toMatch(/["'\\#$%{}[\]|<>^`]/);
            }),
            { numRuns: 2_000 },
        );
    });
});

/** The first words of each line and the number of words. */
function shape(configuration: string): string[] {
    return configuration.split("\n").map(line => {
        const words = line.trim().split(" ");
        return `${words[0]} ${words.length}`;
    });
}
