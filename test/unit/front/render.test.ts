import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    AccessLog,
    checkFront,
    FrontSettingsError,
    renderFront,
    type FrontSettings,
} from "../../../components/front";
import { hostileText } from "./hostile";
import { iris, overTls } from "../../support/front-settings";

const VARIANTS: Record<string, FrontSettings> = {
    tls: overTls(),
    "tls-1.3-without-hsts-and-keys": overTls({
        tls: { minimumVersion: "1.3", hstsMaxAgeSeconds: 0 },
        model: iris({ keysRequired: false }),
    }),
    "certificate-store": overTls({
        tls: {
            minimumVersion: "1.2",
            hstsMaxAgeSeconds: 31_536_000,
            storedCertificate: "score.contoso.com-0a1b2c3d4e5f",
        },
    }),
    http: { model: iris() },
    "access-log-errors": overTls({ accessLog: AccessLog.Errors }),
    "access-log-off": overTls({ accessLog: AccessLog.Off }),
    "connection-age-and-queue-length": overTls({
        maxConnectionAgeSeconds: 300,
        model: iris({ healthPath: "/health?deep=1", maxConcurrentRequests: 8, maxQueuedRequests: 20 }),
    }),
};

describe("renderFront", () => {
    it.each(Object.entries(VARIANTS))("renders the reviewed configuration: %s", async (name, settings) => {
        await expect(renderFront(settings)).toMatchFileSnapshot(`golden/${name}.golden.cfg`);
    });

    it("reports all invalid settings at once", () => {
        const settings: FrontSettings = {
            tls: { minimumVersion: "1.1" as "1.2", hstsMaxAgeSeconds: -1, storedCertificate: "../key" },
            maxConnectionAgeSeconds: 0,
            model: {
                ...{ name: "Iris", host: "local host", port: 0, healthPath: "health", keysRequired: true },
                ...{ maxConcurrentRequests: 0, maxQueueWaitMs: 0.5, maxQueuedRequests: 0 },
                ...{ scoringTimeoutMs: Infinity, requestTimeoutMs: 0, maxBodyBytes: NaN },
            },
        };
        let problems: readonly { property: string }[] = [];
        try {
            renderFront(settings);
        } catch (error) {
            if (error instanceof FrontSettingsError) problems = error.problems;
        }
        expect(problems.map(({ property }) => property)).toEqual([
            ...["tls.minimumVersion", "tls.hstsMaxAgeSeconds", "tls.storedCertificate"],
            ...["maxConnectionAgeSeconds", "model.name", "model.host", "model.port", "model.healthPath"],
            ...["model.maxConcurrentRequests", "model.maxQueueWaitMs", "model.maxQueuedRequests"],
            ...["model.scoringTimeoutMs", "model.requestTimeoutMs", "model.maxBodyBytes"],
        ]);
    });

    it("refuses a model port that the front listens on", () => {
        expect(checkFront({ model: iris({ port: 8404 }) })).toEqual([
            { property: "model.port", reason: "must not be a port of the front (80, 443, 8404)" },
        ]);
    });

    it.each(["name", "host", "healthPath"] as const)("a %s cannot add a directive", property => {
        const plain = shape(renderFront(overTls()));
        fc.assert(
            fc.property(hostileText, value => {
                const model = iris({ [property]: value });
                if (checkFront({ model }).length > 0) {
                    expect(() => renderFront(overTls({ model }))).toThrow(`model.${property}: `);
                    return;
                }
                expect(shape(renderFront(overTls({ model })))).toEqual(plain);
                expect(value).toMatch(/^[!-~]+$/);
                expect(value).not.toMatch(/["'\\#$%{}[\]|<>^`]/);
            }),
            { numRuns: 2_000 },
        );
    });
});

/** First word and number of words of each line. */
function shape(configuration: string): string[] {
    return configuration.split("\n").map(line => {
        const words = line.trim().split(" ");
        return `${words[0]} ${words.length}`;
    });
}
