import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../cli/verify";
import { TestProject } from "../../sandbox/testing/harness";
import { FULL } from "../../sandbox/testing/full";
import { type Issued, OpensslWorkspace } from "../support/openssl";
import { type Running, redirectToHttps, startDns, startPlain, startService } from "./verify-service";

const REPOSITORY = path.resolve(__dirname, "..", "..");
const ADDRESS = "127.0.125.30";
const HOST = "score.command.test";
const KEY = "the-key-of-this-service";

const workspace = new OpensslWorkspace();
const running: Running[] = [];
let root: Issued;
let flags: string[];
let uri: string;

beforeAll(async () => {
    root = workspace.root();
    const leaf = workspace.leaf(root, [`DNS:${HOST}`]);
    const service = await startService(ADDRESS, { tls: { cert: leaf.certificate, key: leaf.key }, key: KEY });
    const plain = await startPlain(ADDRESS, redirectToHttps);
    const dns = await startDns(ADDRESS, { [HOST]: [["A", ADDRESS]] });
    running.push(service, plain, dns);
    uri = `https://${HOST}:${service.port}/score`;
    flags = ["--dns-server", `${ADDRESS}:${dns.port}`, "--http-port", String(plain.port)];
    flags.push("--data", workspace.write("sample.json", '{"data": [[1, 2, 3, 4]]}'));
});
afterAll(async () => {
    await Promise.all(running.map(one => one.close()));
    workspace.close();
});

function verify(args: string[], environment: NodeJS.ProcessEnv = {}, cwd = REPOSITORY) {
    const program = path.join(REPOSITORY, "cli", "index.ts");
    return execa("node", ["--import", require.resolve("tsx"), program, "verify", ...args], {
        cwd,
        env: { KEY_OF_SERVICE: KEY, ...environment },
        reject: false,
    });
}

describe("azure-secure-inference verify", () => {
    const good = () => ["--url", uri, "--ca", root.certificateFile, "--key-env", "KEY_OF_SERVICE", ...flags];

    it("ends with 0 for a correct service, and prints a table without colours if the output is no terminal", async () => {
        const { exitCode, stdout, stderr } = await verify(good());
        expect(stdout).toMatch(/score +│ ok +│ 200 in \d+ ms/);
        expect(stdout).not.toContain("\u001b[");
        expect(stdout + stderr).not.toContain(KEY);
        expect(exitCode).toBe(0);
    });

    it("ends with 1 for a fault, and prints the report as JSON with --json", async () => {
        const { exitCode, stdout, stderr } = await verify([
            "--json",
            ...good(),
            "--url",
            uri.replace(HOST, ADDRESS),
        ]);
        const report = JSON.parse(stdout) as Report;
        expect(report.ok).toBe(false);
        expect(report.checks.filter(check => check.outcome === "fault").map(check => check.name)).toEqual([
            "certificate-names",
        ]);
        expect(Object.keys(report.checks[0] ?? {})).toEqual(["name", "outcome", "seen", "advice"]);
        expect(stdout + stderr).not.toContain(KEY);
        expect(exitCode).toBe(1);
    });

    it.each<[string, () => string[], RegExp]>([
        ["no service", () => [], /--stack or --url/],
        ["two services", () => ["--url", uri, "--stack", "dev"], /cannot be used with/],
        ["an address without a scheme", () => ["--url", "score"], /not an http or https address/],
        ["a variable that is not set", () => ["--url", uri, "--key-env", "NOT_SET"], /NOT_SET .*is not set/],
        ["a missing file", () => ["--url", uri, "--data", "missing.json"], /missing\.json/],
        ["an unknown option", () => ["--url", uri, "--fast"], /unknown option/],
        ["an invalid number", () => ["--url", uri, "--timeout", "soon"], /above 0/],
        // Node's timers fire at once above 2^31-1 milliseconds.
        ["a time limit of a month", () => ["--url", uri, "--timeout", "2592000"], /at most 86400 seconds/],
        [
            "an invalid DNS server",
            () => ["--url", uri, "--dns-server", "ns"],
            /not the address of a DNS server/,
        ],
    ])("ends with 2 for %s", async (_, args, message) => {
        const { exitCode, stdout, stderr } = await verify(args());
        expect(stderr).toMatch(message);
        expect(stdout).toBe("");
        expect(exitCode).toBe(2);
    });

    it("ends with 2 if pulumi is not installed", async () => {
        const { exitCode, stderr } = await verify(["--stack", "dev"], {
            PATH: path.dirname(process.execPath),
        });
        expect(stderr).toContain("pulumi is not on PATH");
        expect(exitCode).toBe(2);
    });

    describe("with a stack", () => {
        let project: TestProject;

        beforeAll(async () => {
            const outputs = {
                scoringUri: uri,
                ipAddress: ADDRESS,
                certificate: { authority: root.certificate },
            };
            project = await TestProject.create({
                files: {
                    "index.ts": `
                        import * as pulumi from "@pulumi/pulumi";
                        module.exports = {
                            ...${JSON.stringify(outputs)},
                            keys: pulumi.secret({ primary: "${KEY}", secondary: "another" }),
                        };`,
                },
            });
            const { succeeded, text } = await project.up();
            expect(text).toBeTruthy();
            expect(succeeded).toBe(true);
        });
        afterAll(() => project?.dispose());

        it("reads the address, the authority and the key from the outputs of a deployed stack", async () => {
            const { exitCode, stdout, stderr } = await verify(
                ["--stack", "test", "--json", ...flags],
                project.environment,
                project.directory,
            );
            const { checks } = JSON.parse(stdout) as Report;
            expect(checks.filter(check => check.outcome !== "ok")).toEqual([]);
            expect(checks.map(check => check.name)).toContain("score");
            expect(stdout + stderr).not.toContain(KEY);
            expect(exitCode).toBe(0);
        });

        it("shows Pulumi's message for a missing stack", async () => {
            const { PULUMI_OPTION_STACK: _, ...environment } = project.environment;
            const { exitCode, stderr } = await verify(["--stack", "absent"], environment, project.directory);
            expect(stderr).toMatch(/cannot read the stack absent: no stack named 'absent'/);
            expect(exitCode).toBe(2);
        });
    });

    // test/package proves it for the installed package.
    it.runIf(FULL)("starts with npx in a checkout, without a request to a registry", async () => {
        await execa("npm", ["run", "build"], { cwd: REPOSITORY });
        const { exitCode, stdout } = await execa("npx", ["azure-secure-inference", "verify", ...good()], {
            cwd: REPOSITORY,
            env: { KEY_OF_SERVICE: KEY, npm_config_offline: "true", npm_config_cache: workspace.folder },
            reject: false,
        });
        expect(stdout).toMatch(/score +│ ok/);
        expect(exitCode).toBe(0);
    });
});
