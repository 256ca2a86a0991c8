import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    checkPodFront,
    frontFiles,
    FrontSettingsError,
    terminationGraceSeconds,
    type PodFrontSettings,
} from "../../../components/front";
import { hostileText } from "./hostile";
import { inCluster, irisInCluster } from "../../support/front-settings";

const VARIANTS: Record<string, PodFrontSettings> = {
    everything: inCluster({
        tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000, followed: true },
        models: [
            irisInCluster({
                hostname: "iris.contoso.com",
                plainHttp: true,
            }),
            irisInCluster({
                ...{ name: "wine", host: "wine.ml.svc.cluster.local", replicas: 2, keysRequired: false },
                ...{ maxConcurrentRequests: 8, maxQueueWaitMs: 600_000, maxBodyBytes: 104_857_600 },
            }),
        ],
    }),
    "certificate-store": inCluster({
        tls: {
            minimumVersion: "1.2",
            hstsMaxAgeSeconds: 31_536_000,
            storedCertificate: "score.contoso.com-0a1b2c3d4e5f",
        },
        models: [irisInCluster({ hostname: "iris.contoso.com", plainHttp: true })],
    }),
    "one-front-and-no-tls": {
        models: [
            irisInCluster({ host: "iris.ml.svc.cluster.local", replicas: undefined, keysRequired: false }),
        ],
    },
};

describe("frontFiles", () => {
    it.each(Object.entries(VARIANTS))("renders the reviewed configuration: %s", async (name, settings) => {
        const files = frontFiles(settings);
        for (const file of ["haproxy.cfg", "routes.map"]) {
            await expect(files[file]).toMatchFileSnapshot(`golden-pod/${name}/${file}`);
        }
    });

    it.each([
        ["one-front-and-no-tls", []],
        ["everything", ["follow-certificate.lua", "runtime-commands.lua", "serve-certificate.lua"]],
        [
            "certificate-store",
            ["copy-store.sh", "follow-store.lua", "runtime-commands.lua", "serve-certificate.lua"],
        ],
    ])("includes the scripts that the configuration and the command need: %s", (name, scripts) => {
        const settings = VARIANTS[name];
        expect(settings && Object.keys(frontFiles(settings)).sort()).toEqual(
            [
                ...[
                    "collect-response.lua",
                    "collect-upload.lua",
                    "haproxy.cfg",
                    "request-timeout.lua",
                    "routes.map",
                    "start-front.sh",
                ],
                ...scripts,
            ].sort(),
        );
    });

    it("reports all invalid settings at once", () => {
        const settings = inCluster({
            tls: { minimumVersion: "1.1" as "1.2", hstsMaxAgeSeconds: 0, followed: true },
            fronts: { host: "10.0.0.1", most: 0, dnsDelaySeconds: 0 },
            models: [
                irisInCluster({ hostname: "score.contoso.com", port: 8081, host: "127.0.0.1" }),
                irisInCluster({ hostname: "score.contoso.com", replicas: 0 }),
                irisInCluster({ name: "wine", hostname: "Wine.contoso.com" }),
            ],
        });
        let problems: readonly { property: string; reason: string }[] = [];
        try {
            frontFiles(settings);
        } catch (error) {
            if (error instanceof FrontSettingsError) problems = error.problems;
        }
        expect(problems.map(({ property }) => property)).toEqual([
            ...[
                "tls.minimumVersion",
                "fronts.host",
                "fronts.most",
                "fronts.dnsDelaySeconds",
                "models[0].port",
            ],
            ...["models[1].replicas", "models[1].hostname", "models[1].name"],
            "models[2].hostname",
        ]);
        expect(problems).toContainEqual({
            property: "models[1].hostname",
            reason: "is used by another model",
        });
    });

    it("refuses an empty list of models", () => {
        expect(checkPodFront(inCluster({ models: [] }))).toEqual([
            { property: "models", reason: "must contain at least one model" },
        ]);
    });

    it.each(["name", "host", "healthPath", "hostname"] as const)(
        "a %s cannot add a directive or a route",
        property => {
            const expected = shapes(inCluster({ models: [irisInCluster({ hostname: "iris.contoso.com" })] }));
            fc.assert(
                fc.property(hostileText, value => {
                    const models = [irisInCluster({ hostname: "iris.contoso.com", [property]: value })];
                    const settings = inCluster({ models });
                    if (checkPodFront(settings).length > 0) {
                        expect(() => frontFiles(settings)).toThrow(`models[0].${property}: `);
                        return;
                    }
                    expect(shapes(settings)).toEqual(expected);
                    expect(value).toMatch(/^[!-~]+$/);
                    expect(value).not.toMatch(/["'\\#$%{}[\]|<>^`]/);
                }),
                { numRuns: 1_000 },
            );
        },
    );

    it("the size of the files is linear in the number of models", () => {
        const size = (count: number) => {
            const models = Array.from({ length: count }, (_, index) =>
                irisInCluster({ name: `model-${100 + index}`, hostname: `model-${100 + index}.contoso.com` }),
            );
            return Object.values(frontFiles(inCluster({ models }))).join("").length;
        };
        const [one, ten, hundred] = [size(1), size(10), size(100)];
        // Limits of the process have more digits for more models.
        expect(Math.abs(hundred - ten - (ten - one) * 10)).toBeLessThan(20);
        // A ConfigMap holds 1 MiB.
        expect(hundred).toBeLessThan(2 ** 18);
    });

    it("gives a pod time for its slowest request, up to a limit", () => {
        const grace = (requestTimeoutMs: number) =>
            terminationGraceSeconds(inCluster({ models: [irisInCluster({ requestTimeoutMs })] }));
        expect(grace(1_000)).toBe(20 + 45 + 5);
        expect(grace(120_000)).toBe(20 + 125 + 5);
        expect(grace(86_400_000)).toBe(20 + 600 + 5);
    });
});

/** First word and number of words of each line, by file. */
function shapes(settings: PodFrontSettings): Record<string, string[]> {
    const files = Object.entries(frontFiles(settings)).map(([file, text]) => {
        const lines = text.split("\n").map(line => line.trim().split(" "));
        return [
            file,
            lines.map(words => `${file === "routes.map" ? "" : words[0]} ${words.length}`),
        ] as const;
    });
    return Object.fromEntries(files);
}
