/**
 * The published package as a user gets it: packed, installed into an empty project, imported, type-checked, previewed, and its commands run.
 */
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../machine/root";
import { installStandIns } from "../../sandbox/providers/install";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { FULL } from "../../sandbox/testing/full";
import { TestProject } from "../../sandbox/testing/harness";

/** Some of the classes and enums that the README names. */
const EXPORTS = ["SecureAciInference", "SecureAksInference", "TlsMode"];

/** What `pulumi new azure-typescript` configures. It does not skip the check of declaration files. */
const TSCONFIG = {
    compilerOptions: {
        strict: true,
        outDir: "bin",
        target: "es2020",
        module: "commonjs",
        moduleResolution: "node",
        sourceMap: true,
        experimentalDecorators: true,
        pretty: true,
        noFallthroughCasesInSwitch: true,
        noImplicitReturns: true,
        forceConsistentCasingInFileNames: true,
    },
    files: ["index.ts"],
};

const PROGRAM = `
import * as resources from "@pulumi/azure-native/resources";
import { Environment, SecureAciInference, type SecureAciInferenceArgs, TlsMode } from "azure-secure-inference";

const group = new resources.ResourceGroup("inference", { location: "westeurope" });
const args: SecureAciInferenceArgs = {
    resourceGroupName: group.name,
    location: "westeurope",
    environment: Environment.Development,
    model: { image: "localhost/iris:1" },
    leafDomainLabel: "contoso",
    tls: { mode: TlsMode.SelfSigned },
};
export const scoringUri = new SecureAciInference("iris", args).scoringUri;
`;

let folder: string;
let project: string;
const inProject = (command: string, args: readonly string[]) =>
    execa(command, args, { cwd: project, all: true, reject: false, stdin: "ignore" });

beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "package-test-"));
    project = path.join(folder, "project");
    await mkdir(project);
    // Builds first: npm runs the script "prepare".
    await execa("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: ROOT });
    const [tarball = ""] = (await readdir(folder)).filter(name => name.endsWith(".tgz"));
    await writeFile(path.join(project, "package.json"), JSON.stringify(manifest(tarball)));
    await writeFile(path.join(project, "Pulumi.yaml"), "name: of-a-user\nruntime: nodejs\n");
    await writeFile(path.join(project, "tsconfig.json"), JSON.stringify(TSCONFIG));
    await writeFile(path.join(project, "index.ts"), PROGRAM);
    await execa("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], {
        cwd: project,
    });
});

afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
});

/** The packages of Pulumi have the versions of this checkout, because the sandbox builds its providers for those. */
function manifest(tarball: string) {
    const pulumi = ["pulumi", "azure-native", "kubernetes", "random", "tls"].map(name => `@pulumi/${name}`);
    const versions = [...pulumi, "typescript", "@types/node"].map(name => {
        const file = path.join(ROOT, "node_modules", name, "package.json");
        const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
        return [name, version.replace(/^v/, "")] as const;
    });
    return {
        name: "of-a-user",
        private: true,
        main: "index.ts",
        dependencies: { "azure-secure-inference": `file:../${tarball}`, ...Object.fromEntries(versions) },
    };
}

describe("the installed package", () => {
    it("contains the library, the commands, the licence and the README, and nothing else", async () => {
        const installed = path.join(project, "node_modules", "azure-secure-inference");
        expect((await readdir(installed)).sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
        expect((await readdir(path.join(installed, "dist"))).sort()).toEqual(["cli", "components"]);
    });

    it("has the same exports for require and for import", async () => {
        const required = await inProject("node", [
            "-p",
            'JSON.stringify(Object.keys(require("azure-secure-inference")).sort())',
        ]);
        expect(required.stderr).toBe("");
        expect(JSON.parse(required.stdout)).toEqual(expect.arrayContaining(EXPORTS));
        const imported = await inProject("node", [
            "--input-type=module",
            "--eval",
            `import { ${EXPORTS.join(", ")} } from "azure-secure-inference";` +
                `import * as all from "azure-secure-inference";` +
                `if (![${EXPORTS.join(", ")}].every(Boolean)) throw new Error("an export is undefined");` +
                `const names = Object.keys(all).filter(name => !["default", "module.exports"].includes(name));` +
                `console.log(JSON.stringify(names.sort()));`,
        ]);
        expect(imported.stderr).toBe("");
        const names = (text: string) => (JSON.parse(text) as string[]).filter(name => name !== "__esModule");
        expect(names(imported.stdout)).toEqual(names(required.stdout));
    });

    it("passes the type check of Pulumi's project template", async () => {
        const { all, exitCode } = await inProject("npx", ["--no-install", "tsc", "--noEmit"]);
        expect({ all, exitCode }).toEqual({ all: "", exitCode: 0 });
    });

    it("rejects an argument of the wrong type at the type check", async () => {
        const wrong = path.join(project, "wrong.ts");
        await writeFile(wrong, PROGRAM.replace('leafDomainLabel: "contoso"', "leafDomainLabel: 1"));
        const config = path.join(project, "tsconfig.wrong.json");
        await writeFile(config, JSON.stringify({ extends: "./tsconfig.json", files: ["wrong.ts"] }));
        const { all, exitCode } = await inProject("npx", ["--no-install", "tsc", "--noEmit", "-p", config]);
        expect(exitCode).not.toBe(0);
        expect(all).toContain("Type 'number' is not assignable to type");
    });
});

describe("the commands of the installed package", () => {
    const run = (...args: string[]) => inProject("npx", ["--no-install", "azure-secure-inference", ...args]);

    it("print their help", async () => {
        const { exitCode, stdout } = await run("--help");
        expect(exitCode).toBe(0);
        expect(stdout).toMatch(/^Usage: azure-secure-inference /);
        expect(stdout).toContain("verify");
        expect(stdout).toContain("certificate");
    });

    it("check a certificate", async () => {
        await execa(
            "openssl",
            [
                ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30".split(" "),
                ...["-subj", "/CN=score.contoso.test", "-addext", "subjectAltName=DNS:score.contoso.test"],
                ...[
                    "-addext",
                    "keyUsage=critical,digitalSignature",
                    "-addext",
                    "extendedKeyUsage=serverAuth",
                ],
                ...["-keyout", "key.pem", "-out", "cert.pem"],
            ],
            { cwd: project },
        );
        const files = ["--cert", "cert.pem", "--key", "key.pem", "--allow-self-signed", "--json"];
        const right = await run("certificate", "check", ...files, "--hostname", "score.contoso.test");
        expect(JSON.parse(right.stdout)).toMatchObject({ valid: true });
        expect(right.exitCode).toBe(0);
        const wrong = await run("certificate", "check", ...files, "--hostname", "wine.contoso.test");
        expect(JSON.parse(wrong.stdout)).toMatchObject({
            valid: false,
            findings: expect.arrayContaining([
                expect.objectContaining({ code: "name-not-covered" }),
            ]) as unknown,
        });
        expect(wrong.exitCode).toBe(1);
    });
});

describe.runIf(FULL)("a preview with the installed package", () => {
    let arm: TestArm;
    let stack: TestProject;

    beforeAll(async () => {
        arm = await startArm();
        stack = await TestProject.create({
            directory: project,
            plugins: home => installStandIns(home, arm.instance),
            ownProcesses: true,
        });
    });

    afterAll(async () => {
        await stack?.abandon();
        await arm?.close();
    });

    it("plans the component and its container group", async () => {
        const { errors, steps, succeeded } = await stack.preview();
        expect({ errors, succeeded }).toEqual({ errors: [], succeeded: true });
        const types = steps.filter(({ op }) => op === "create").map(({ type }) => type);
        expect(types).toContain("azure-secure-inference:index:SecureAciInference");
        expect(types).toContain("azure-native:containerinstance:ContainerGroup");
    });
});
