import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../machine/root";
import { TestProject } from "../../sandbox/testing/harness";

const IRIS = "iris.contoso.com";
const REMEDY = "To allow this, set overwriteExistingDomain: true for one update, and remove it afterwards.";

/** A component with the guard and nothing else. `fail` ends the update between its start and the service. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { AddressGuard } from ${JSON.stringify(path.join(ROOT, "components/address/address-guard"))};

const config = new pulumi.Config();
const { models, ...rest } = config.requireObject<any>("address");
const mark = { secret: pulumi.secret, unknown: (name: string) =>
    pulumi.runtime.isDryRun() ? pulumi.output(pulumi.unknown) : name }[config.get("mark") ?? ""];
const address = {
    fqdn: "contoso123456.westeurope.cloudapp.azure.com",
    tlsMode: "SelfSigned",
    ...rest,
    ...(models && { models: Object.fromEntries(Object.entries<any>(models).map(([name, model]) =>
        [name, mark && model.hostname ? { ...model, hostname: mark(model.hostname) } : model])) }),
};

class Service extends pulumi.ComponentResource {
    constructor(name: string) {
        const guard = new AddressGuard(name, config.getBoolean("overwriteExistingDomain") ?? false);
        super("test:index:Service", name, address, guard.options(undefined));
        if (config.getBoolean("fail") && !pulumi.runtime.isDryRun()) throw new Error("the service cannot start");
        guard.remember(address, [], this);
        this.registerOutputs({ address: "reached" });
    }
}
new Service("models");
`;

let project: TestProject;

beforeAll(async () => {
    project = await TestProject.create({ files: { "index.ts": PROGRAM } });
});
afterAll(async () => {
    await project.abandon();
});

type Models = Record<string, { hostname?: string; plainHttp?: boolean }>;

interface Changes {
    models?: Models;
    hostname?: string;
    mark?: "secret" | "unknown";
    fail?: boolean;
    overwriteExistingDomain?: boolean;
}

function use({ models, hostname, ...rest }: Changes): void {
    project.configureOnly({ "test:address": { models, hostname }, ...qualified(rest) });
}

function qualified(settings: object): Record<string, unknown> {
    const set = Object.entries(settings).filter(([, value]) => value !== undefined);
    return Object.fromEntries(set.map(([name, value]) => [`test:${name}`, value as unknown]));
}

async function reach(changes: Changes): Promise<void> {
    use({ ...changes, overwriteExistingDomain: true });
    expect((await project.up()).errors).toEqual([]);
    use(changes);
}

/** The parts of the message that refuses the current settings, at preview and at update. */
async function expectRefusal(changes: Changes, parts: string[]): Promise<void> {
    use(changes);
    const before = await resources();
    for (const { succeeded, text } of [await project.preview(), await project.up()]) {
        expect(succeeded).toBe(false);
        for (const part of [...parts, REMEDY]) expect(text).toContain(part);
    }
    expect(await resources()).toEqual(before);
}

/** The resources in the state, without the time of their last change. */
async function resources(): Promise<object[]> {
    const state = JSON.parse(await project.pulumi(["stack", "export", "--show-secrets"])) as {
        deployment: { resources: object[] };
    };
    return state.deployment.resources.map(resource => ({ ...resource, modified: undefined }));
}

const BOTH: Models = { iris: { hostname: IRIS }, wine: {} };
const NO_IRIS = "models.iris: the service would no longer answer at /api/v1/service/iris/score";

describe("the addresses of models", () => {
    it("are added to the state of an earlier version without a remark or a replacement", async () => {
        use({ hostname: "Score.contoso.com" });
        expect((await project.up()).errors).toEqual([]);
        expect(await project.rawState()).not.toContain('"models": {');
        use({ hostname: "score.contoso.com.", models: BOTH });
        const preview = await project.preview();
        expect([...preview.errors, ...preview.warnings]).toEqual([]);
        const ops = preview.steps.map(({ op }) => op);
        expect(new Set(ops)).toEqual(new Set(["update"]));
        const up = await project.up();
        expect([...up.errors, ...up.warnings]).toEqual([]);
        expect((await project.preview()).steps).toEqual([]);
    });

    it("change only on request: every problem in one message, before anything changes", async () => {
        await expectRefusal({ models: { rose: {} } }, [
            "tls.hostname: the service would no longer answer as score.contoso.com",
            `${NO_IRIS} and ${IRIS}`,
            "models.wine: the service would no longer answer at /api/v1/service/wine/score",
        ]);
    });

    it("change on request, which one update needs and the next does not", async () => {
        await reach({ models: { iris: { hostname: IRIS } } });
        expect((await project.preview()).steps).toEqual([]);
        use({ models: BOTH });
        expect((await project.up()).errors).toEqual([]);
    });

    it("are compared when they are secret", async () => {
        await reach({ models: BOTH, mark: "secret" });
        await expectRefusal({ models: { iris: {}, wine: {} }, mark: "secret" }, ["models.iris.hostname: "]);
        await expectRefusal({ models: { wine: {} }, mark: "secret" }, [NO_IRIS]);
    });

    it("are compared when they become known", async () => {
        await reach({ models: BOTH });
        use({ models: { iris: { hostname: "other.contoso.com" }, wine: {} }, mark: "unknown" });
        expect((await project.preview()).errors).toEqual([]);
        const up = await project.up();
        expect(up.text).toContain("models.iris.hostname: the model would no longer answer as");
        use({ models: { rose: { hostname: IRIS }, wine: {} }, mark: "unknown" });
        expect((await project.preview()).text).toContain(NO_IRIS);
    });

    it("can be reverted after an update that failed, and only to those that were reached", async () => {
        await reach({ models: BOTH });
        use({ models: { rose: {} }, fail: true, overwriteExistingDomain: true });
        expect((await project.up()).succeeded).toBe(false);
        use({ models: { rose: {} } });
        expect((await project.preview()).text).toContain(NO_IRIS);
        use({ models: BOTH });
        expect((await project.preview()).errors).toEqual([]);
        expect((await project.up()).errors).toEqual([]);
        await expectRefusal({ models: { wine: {} } }, [NO_IRIS]);
    });

    it("warn about plain HTTP that ends", async () => {
        await reach({ models: { iris: { plainHttp: true } } });
        use({ models: { iris: {} } });
        const { errors, warnings } = await project.preview();
        expect(errors).toEqual([]);
        expect(warnings.join()).toContain("models.iris.allowPlainHttp: requests over http:// will be");
    });
});
