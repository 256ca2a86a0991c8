import { readdir, readFile } from "node:fs/promises";
import * as path from "node:path";
import { afterEach, expect, it } from "vitest";
import { type ProjectOptions, TestProject } from "../../testing/harness";
import { secret } from "../../testing/stack-configuration";

const FIXTURES = path.join(__dirname, "fixtures");

/** A dynamic resource with one text. Its provider runs in a separate process. */
const NOTE = `
import * as pulumi from "@pulumi/pulumi";

export const config = new pulumi.Config();

export class Note extends pulumi.dynamic.Resource {
    declare readonly text: pulumi.Output<string>;
    constructor(name: string, text: pulumi.Input<string>, options?: pulumi.CustomResourceOptions) {
        const provider: pulumi.dynamic.ResourceProvider = {
            create: async inputs => ({ id: "1", outs: inputs }),
            update: async (_id, _olds, news) => ({ outs: news }),
        };
        super(provider, name, { text }, options);
    }
}
`;

let project: TestProject | undefined;

async function create(program: string, options: ProjectOptions = {}): Promise<TestProject> {
    const files = { "note.ts": NOTE, "index.ts": program, ...options.files };
    return (project = await TestProject.create({ ...options, files, ownProcesses: true }));
}

afterEach(async () => {
    await project?.abandon();
    project = undefined;
});

it("refuses an update at preview and in `up` if a resource hook throws, and does not change the resource", async () => {
    const service = await create(`
            import * as pulumi from "@pulumi/pulumi";
            import { config, Note } from "./note";
            const guard = new pulumi.ResourceHook("guard", args => {
                const { text } = args.newInputs as { text: string };
                if (text === "worse") throw new Error("the guard refuses " + text);
            }, { onDryRun: true });
            export const text = new Note("note", config.require("text"), { hooks: { beforeUpdate: [guard] } }).text;
        `);
    service.configure({ text: "good" });
    expect((await service.up()).steps).toMatchObject([{ op: "create", name: "note" }]);

    service.configure({ text: "worse" });
    for (const attempt of [await service.preview(), await service.up()]) {
        expect(attempt.succeeded).toBe(false);
        expect(attempt.text).toContain("the guard refuses worse");
    }
    expect(await service.outputs()).toEqual({ text: "good" });

    service.configure({ text: "better" });
    expect((await service.up()).steps).toMatchObject([{ op: "update", name: "note" }]);
    expect(await service.outputs()).toEqual({ text: "better" });
});

it("applies a transform of the stack to the inputs of a resource", async () => {
    const service = await create(`
            import * as pulumi from "@pulumi/pulumi";
            import { Note } from "./note";
            pulumi.runtime.registerResourceTransform(({ props, opts }) => ({ props: { ...props, text: props.text + ", transformed" }, opts }));
            export const text = new Note("note", "plain").text;
        `);
    expect((await service.up()).succeeded).toBe(true);
    expect(await service.outputs()).toEqual({ text: "plain, transformed" });
});

it("refuses a resource that violates a policy pack", async () => {
    const service = await create(
        `
            import { config, Note } from "./note";
            new Note("note", config.require("text"));
        `,
        { packages: ["@pulumi/pulumi", "@pulumi/policy"], files: await fixture("policy") },
    );
    const pack = ["--policy-pack", path.join(service.directory, "policy")];
    service.configure({ text: "LOUD" });
    const refused = await service.up(...pack);
    expect(refused.succeeded).toBe(false);
    expect(refused.text).toContain("LOUD is too loud");
    expect(refused.steps).toEqual([]);

    service.configure({ text: "quiet" });
    expect((await service.up(...pack)).steps).toMatchObject([{ op: "create", name: "note" }]);
});

it("runs a component of a package in a separate process, and returns its schema", async () => {
    const service = await create(
        `
            import * as pulumi from "@pulumi/pulumi";
            class Greeter extends pulumi.ComponentResource {
                declare readonly greeting: pulumi.Output<string>;
                constructor(name: string, person: string) {
                    super("greeter:index:Greeter", name, { person, greeting: undefined }, {}, true);
                }
            }
            export const greeting = new Greeter("greeter", "Ada").greeting;
        `,
        {
            files: {
                ...(await fixture("greeter")),
                "Pulumi.yaml": [
                    "name: test",
                    "main: index.ts",
                    "runtime: nodejs",
                    "plugins: { providers: [{ name: greeter, path: ./greeter }] }",
                ].join("\n"),
            },
            packages: ["@pulumi/pulumi", "@types/node", "typescript"],
        },
    );
    const created = await service.up();
    expect(created.text).toContain("greeter:index:Greeter");
    expect(created.errors).toEqual([]);
    expect(await service.outputs()).toEqual({ greeting: "Hello Ada" });

    const schema = JSON.parse(await service.pulumi(["package", "get-schema", "./greeter"])) as Schema;
    expect(schema.resources["greeter:index:Greeter"]).toMatchObject({
        isComponent: true,
        inputProperties: { person: { type: "string", description: "Who is greeted." } },
        requiredInputs: ["person"],
    });
});

interface Schema {
    resources: Record<string, unknown>;
}

it("passes configuration and secrets to the program, and shows no secret in output or state", async () => {
    const service = await create(`
            import { config, Note } from "./note";
            export const open = config.require("open");
            export const count = config.requireNumber("count");
            export const hidden = new Note("note", config.requireSecret("hidden")).text;
        `);
    service.configure({ open: "for everyone", count: 3, hidden: secret("not for everyone") });
    const { succeeded, text, events } = await service.up();
    expect(succeeded).toBe(true);
    expect(text).toContain("for everyone");
    for (const shown of [text, JSON.stringify(events), await service.rawState()]) {
        expect(shown).not.toContain("not for everyone");
    }
    expect(await service.outputs()).toEqual({ open: "for everyone", count: 3, hidden: "[secret]" });
    expect(await service.outputs({ showSecrets: true })).toMatchObject({ hidden: "not for everyone" });
});

it("reads the version of a plug-in from the npm package that needs it", async () => {
    const service = await create(
        `
            import { RandomId } from "@pulumi/random";
            new RandomId("id", { byteLength: 4 });
        `,
        { packages: ["@pulumi/pulumi", "@pulumi/random"] },
    );
    const manifest = require.resolve("@pulumi/random/package.json");
    const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
    const { succeeded, text } = await service.preview();
    // This project's PULUMI_HOME contains no plug-in, so the error of the engine names the missing version.
    expect(succeeded).toBe(false);
    expect(text).toMatch(new RegExp(`random.*${version.replaceAll(".", "\\.")}`));
});

/** The contents of the files of a fixture, by path in a project. */
async function fixture(name: string): Promise<Record<string, string>> {
    const files = await readdir(path.join(FIXTURES, name));
    const contents = files.map(
        async file => [`${name}/${file}`, await readFile(path.join(FIXTURES, name, file), "utf8")] as const,
    );
    return Object.fromEntries(await Promise.all(contents));
}
