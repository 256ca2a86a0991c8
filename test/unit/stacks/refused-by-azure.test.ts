import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readArguments as readAci } from "../../../components/aci/settings";
import { readArguments as readAks } from "../../../components/aks/settings";
import { startArm, type TestArm } from "../../../sandbox/testing/arm";
import { aciArguments, aksArguments } from "../../../stacks/arguments";
import { Hosting } from "../../../stacks/schema";
import { readSettings, SettingsError } from "../../../stacks/settings";
import { argumentProblems, mockEngine } from "../../support/argument-problems";
import { collectWarnings } from "../../support/mocks";
import { type ArmRequest, changed, type RefusedCase, type Settings } from "./refused/case";
import { CLUSTER } from "./refused/cluster";
import { COMPUTE } from "./refused/compute";
import { CONTAINER_GROUP } from "./refused/container-group";
import { cluster, containerGroup, publicAddress, recordSet } from "./refused/resources";

const COMMON: Settings = {
    resourceGroup: { name: "ml", create: false },
    location: "westeurope",
    front: { image: "contoso.azurecr.io/haproxy:3.0" },
    tls: { mode: "Disabled" },
};
const IMAGE = "contoso.azurecr.io/iris:7";

/** Stack files that Azure accepts, by hosting. */
const ACCEPTED = {
    "Container Instances": { ...COMMON, name: "iris", model: { image: IMAGE } },
    Kubernetes: {
        ...COMMON,
        hosting: Hosting.Kubernetes,
        name: "models",
        cluster: { create: {} },
        models: { iris: { image: IMAGE } },
    },
};

const CASES: [hosting: keyof typeof ACCEPTED, refused: RefusedCase][] = [
    ...[...COMPUTE, ...CONTAINER_GROUP].map(
        one => ["Container Instances", one] as [keyof typeof ACCEPTED, RefusedCase],
    ),
    ...CLUSTER.map(one => ["Kubernetes", one] as [keyof typeof ACCEPTED, RefusedCase]),
];

beforeAll(mockEngine);
beforeEach(() => void collectWarnings());

/** What the preview of a stack file reports, by setting. */
function reported(settings: Settings): Record<string, string> {
    const configuration = Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [
            `inference:${name}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
    try {
        const stack = readSettings(configuration, "inference", __dirname);
        const placement = { resourceGroupName: stack.resourceGroup.name, zoneName: stack.dns?.zoneName };
        return argumentProblems(() =>
            stack.hosting === Hosting.Kubernetes
                ? readAks(stack.name, aksArguments(stack, placement), new Date())
                : readAci(stack.name, aciArguments(stack, placement), new Date()),
        );
    } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        return Object.fromEntries(error.problems.map(({ path, reason }) => [path, reason]));
    }
}

const titles = CASES.map(
    ([hosting, refused]) => [`${hosting}: ${refused.because}`, hosting, refused] as const,
);

it("has at least 60 stack files, each for one fault", () => {
    expect(titles.length).toBeGreaterThanOrEqual(60);
    expect(new Set(titles.map(([title]) => title)).size).toBe(titles.length);
});

describe("the preview", () => {
    it.each(Object.entries(ACCEPTED))("accepts the stack file without a fault: %s", (_, settings) =>
        expect(reported(settings)).toEqual({}),
    );

    it.each(titles)("refuses a stack file that Azure would refuse: %s", (_, hosting, refused) => {
        const found = reported(changed(ACCEPTED[hosting], refused.settings));
        expect(Object.keys(found)).toEqual(Object.keys(refused.reported));
        for (const [path, advice] of Object.entries(refused.reported)) expect(found[path]).toMatch(advice);
        expect(JSON.stringify(found)).not.toContain("hunter2");
    });
});

describe("the local Azure", () => {
    let arm: TestArm;

    beforeAll(async () => {
        arm = await startArm();
        await put({ path: "", apiVersion: "2021-04-01", body: { location: "westeurope" } });
        const zones = "/providers/Microsoft.Network/dnsZones/contoso.com";
        await put({ path: zones, apiVersion: "2018-05-01", body: { location: "global" } });
    });
    afterAll(() => arm.close());

    const put = ({ path, apiVersion, body }: ArmRequest) =>
        arm.request("PUT", `/resourceGroups/ml${path}`.replace("/ml/../", "/"), apiVersion, body);

    it.each([
        containerGroup({ name: "accepted" }),
        cluster({ name: "accepted" }),
        publicAddress("models123456"),
        recordSet("score"),
    ])("accepts the request without a fault: $path", async request =>
        expect((await put(request)).status).toBeLessThan(300),
    );

    it.each(titles.filter(([, , { azure }]) => azure !== undefined))(
        "refuses the same: %s",
        async (_, __, { azure }) => {
            const { status, body } = await put(azure!.request);
            expect(status).toBeGreaterThanOrEqual(400);
            const { error, code } = body as { error?: { code: string }; code?: string };
            expect(error?.code ?? code).toBe(azure!.code);
        },
    );
});
