import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckFlags, checkCertificate, readSubject } from "../../../cli/certificate/check";
import { isValid, renderJson, renderText } from "../../../cli/certificate/report";
import { days, keyPem } from "../pki/corpus/create-certificate";
import { HOST, intermediate, leaf, leafBelow, root, otherRoot } from "../pki/corpus/fixtures";

const PASSWORD = "correct-horse";
const folder = mkdtempSync(path.join(tmpdir(), "certificate-check-"));
const file = (name: string, text: string | Buffer = "") => {
    const full = path.join(folder, name);
    writeFileSync(full, text, { mode: 0o600 });
    return full;
};
const key = keyPem(leaf) ?? "";
const own = leafBelow(undefined);
const files = {
    cert: file("chain.pem", leaf.pem + intermediate.pem),
    alone: file("alone.pem", leaf.pem),
    key: file("key.pem", key),
    roots: file("roots.pem", root.pem),
    others: file("others.pem", otherRoot.pem),
    own: file("own.pem", own.pem),
    empty: file("empty.pem"),
    huge: file("huge.pem", Buffer.alloc(5 * 1024 * 1024, "x")),
    pfx: path.join(folder, "all.pfx"),
};
const GIVEN: CheckFlags = { cert: files.cert, key: files.key, hostname: [HOST] };

beforeAll(async () => {
    const args = ["pkcs12", "-export", "-in", files.cert, "-inkey", files.key, "-out", files.pfx];
    await execa("openssl", [...args, "-passout", `pass:${PASSWORD}`]);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
    exitCode?: number;
    stdout: string;
    stderr: string;
}

/** Runs the command in a process, as users do. */
function run(args: string[], env: Record<string, string> = {}): Promise<Run> {
    const command = ["--import", "tsx", "cli/index.ts", "certificate", "check", ...args];
    return execa(process.execPath, command, { env, reject: false, stdin: "ignore" });
}

async function judged(flags: Partial<CheckFlags>, environment: NodeJS.ProcessEnv = {}) {
    return checkCertificate(await readSubject({ ...GIVEN, ...flags }, environment));
}
const codes = async (flags: Partial<CheckFlags>, environment?: NodeJS.ProcessEnv) =>
    (await judged(flags, environment)).findings.map(one => one.code);

/** The output must contain neither a line of the key nor the password. */
function expectNoSecret({ stdout, stderr }: Run): void {
    const secrets = [PASSWORD, ...key.split("\n").filter(line => line !== "" && !line.startsWith("-----"))];
    // Without lines of the key, the check would prove nothing.
    expect(secrets.length).toBeGreaterThan(2);
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
}

describe("azure-secure-inference certificate check", () => {
    it("ends with 0 and prints the report as text for a valid certificate", async () => {
        const ran = await run([
            "--cert",
            files.cert,
            "--key",
            files.key,
            "--hostname",
            HOST,
            "--roots",
            files.roots,
        ]);
        expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
        expect(ran.stdout).toMatch(/^Subject {2}CN=Test leaf\nNames {4}score\.contoso\.test\n/);
        expect(ran.stdout).toMatch(/\nThe certificate is valid\.$/);
        expectNoSecret(ran);
    });

    it("ends with 1 for an invalid certificate, and prints exactly the documented JSON fields with --json", async () => {
        const ran = await run([
            "--cert",
            files.alone,
            "--key",
            files.key,
            "--hostname",
            "other.test",
            "--json",
        ]);
        expect(ran).toMatchObject({ exitCode: 1, stderr: "" });
        const report = JSON.parse(ran.stdout) as { findings: Record<string, string>[] };
        expect(Object.keys(report)).toEqual(["valid", "findings"]);
        expect(report).toMatchObject({ valid: false });
        expect(report.findings.map(one => one.code)).toEqual(["name-not-covered", "chain-incomplete"]);
        for (const finding of report.findings) {
            expect(Object.keys(finding)).toEqual(["code", "severity", "message", "advice"]);
        }
        expectNoSecret(ran);
    });

    it("reads the password of a PFX file from an environment variable", async () => {
        const args = ["--pfx", files.pfx, "--pfx-password-env", "PFX_PASSWORD", "--hostname", HOST, "--json"];
        const [right, wrong, unset] = await Promise.all([
            run(args, { PFX_PASSWORD: PASSWORD }),
            run(args, { PFX_PASSWORD: `${PASSWORD}!` }),
            run(args),
        ]);
        expect(right.exitCode).toBe(0);
        expect(JSON.parse(right.stdout)).toMatchObject({
            valid: true,
            findings: [{ code: "trust-not-checked", severity: "info" }],
        });
        expect(wrong.exitCode).toBe(1);
        expect(wrong.stdout).toContain("pfx-password-wrong");
        expect(unset).toMatchObject({ exitCode: 2, stderr: "" });
        expect(unset.stdout).toContain(
            "--pfx-password-env: the environment variable PFX_PASSWORD is not set.",
        );
        for (const ran of [right, wrong, unset]) expectNoSecret(ran);
    });

    it("ends with 2 if a required option is missing", async () => {
        const ran = await run(["--cert", files.cert, "--key", files.key]);
        expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
        expect(ran.stderr).toContain("--hostname");
    });

    it.each([
        ["a missing option", ["--cert", files.cert, "--key", files.key], /--hostname/],
        ["an unknown option", ["--hostname", HOST, "--hostnames", HOST], /unknown option '--hostnames'/],
        [
            "a missing file",
            ["--cert", "not-there", "--key", files.key, "--hostname", HOST],
            /it does not exist/,
        ],
    ])("ends with 2 and prints a report with --json for %s", async (_, args, message) => {
        const ran = await run([...args, "--json"]);
        expect(ran).toMatchObject({ exitCode: 2, stderr: "" });
        const finding = {
            code: "arguments",
            severity: "error",
            message: expect.stringMatching(message) as string,
        };
        expect(JSON.parse(ran.stdout)).toMatchObject({ valid: false, findings: [finding] });
    });
});

describe("readSubject", () => {
    it.each<[string, Partial<CheckFlags>, RegExp]>([
        ["no file", { cert: undefined, key: undefined }, /Set --cert and --key, or --pfx/],
        ["no key", { key: undefined }, /--cert requires --key/],
        ["no certificate", { cert: undefined }, /--key requires --cert/],
        ["PEM and PFX together", { pfx: "all.pfx" }, /--pfx conflicts with/],
        ["a PFX password without a PFX file", { pfxPasswordEnv: "X" }, /requires --pfx/],
        [
            "a missing file",
            { cert: "not-there.pem" },
            /--cert: cannot read not-there\.pem: it does not exist/,
        ],
        ["a folder", { key: folder }, /--key.*is a folder/],
        ["a device without an end", { key: "/dev/zero" }, /larger than 4 MiB/],
        ["a huge file", { cert: files.huge }, /larger than 4 MiB/],
        ["an address with a path", { hostname: [`${HOST}/score`] }, /is not a host name/],
        ["an address with a port", { hostname: [HOST, `${HOST}:443`] }, /is not a host name/],
        ["an empty file name", { cert: "" }, /--cert is empty\. Name a file/],
        ["a wildcard as a name", { hostname: ["*.contoso.test"] }, /is not a host name.*wildcard/],
        [
            "a file of roots that is empty",
            { roots: files.empty },
            /--roots: the file cannot be used: .* is empty/,
        ],
        ["a file of roots that contains a key", { roots: files.key }, /--roots: the file cannot be used: /],
        ...["yesterday", "2026-02-30", "2026-13-01", "2026-01-01T25:00Z", "1767225600", ""].map(
            (text): [string, Partial<CheckFlags>, RegExp] => [
                `the time ${text}`,
                { now: text },
                /is not an ISO 8601 time/,
            ],
        ),
    ])("rejects %s with a message of one line", async (_, flags, message) => {
        const refusal = expect(readSubject({ ...GIVEN, ...flags }, {})).rejects;
        await refusal.toThrow(message);
        await refusal.toThrow(/^[^\n]*$/);
    });

    it.each<[string, Partial<CheckFlags>]>([
        ["a key", { key }],
        ["a key in one line", { key: key.replaceAll("\n", "") }],
        [
            "a PFX in Base64",
            { cert: undefined, key: undefined, pfx: Buffer.from(`0\x82${key}`, "latin1").toString("base64") },
        ],
        ["a password", { cert: undefined, key: undefined, pfx: files.pfx, pfxPasswordEnv: PASSWORD }],
    ])("does not repeat %s that is given instead of a file or variable name", async (_, flags) => {
        const refused = readSubject({ ...GIVEN, ...flags }, {});
        await expect(refused).rejects.toThrow(
            /^--(?:key|pfx) takes the name of a file, not its contents\.$|^--pfx-password-env: no environment variable has this name\. Give the name of a variable, not its value\.$/,
        );
    });

    it.each([
        ["2026-11-24", "2026-11-24T00:00:00.000Z"],
        ["2026-11-24T12:00", "2026-11-24T12:00:00.000Z"],
        ["2026-11-24T12:00:30Z", "2026-11-24T12:00:30.000Z"],
        ["2026-11-24T12:00:30.5+02:00", "2026-11-24T10:00:30.500Z"],
        // The output of Python's isoformat().
        ["2026-11-24T12:00:30.123456+00:00", "2026-11-24T12:00:30.123Z"],
        ["2028-02-29t00:00z", "2028-02-29T00:00:00.000Z"],
    ])("accepts the time %s", async (text, instant) => {
        expect((await readSubject({ ...GIVEN, now: text }, {})).now.toISOString()).toBe(instant);
    });

    it("accepts several names, international names and addresses", async () => {
        const hostname = [HOST, "bücher.test", "2001:db8::1"];
        expect((await judged({ hostname })).findings[0]?.message).toContain("bücher.test, 2001:db8::1");
    });

    it("opens a PFX file with an empty password", async () => {
        const pfx = path.join(folder, "open.pfx");
        const args = [
            "pkcs12",
            "-export",
            "-in",
            files.cert,
            "-inkey",
            files.key,
            "-out",
            pfx,
            "-passout",
            "pass:",
        ];
        await execa("openssl", args);
        const flags = { hostname: [HOST], pfx, pfxPasswordEnv: "EMPTY" };
        expect((await readSubject(flags, { EMPTY: "" })).findings).toEqual([]);
    });
});

describe("checkCertificate", () => {
    it("checks trust only with --roots", async () => {
        expect(await codes({})).toEqual(["trust-not-checked"]);
        expect(await codes({ roots: files.roots })).toEqual([]);
        expect(await codes({ roots: files.others })).toEqual(["untrusted"]);
    });

    it("checks the validity at the time of --now", async () => {
        expect(await codes({ now: days(89).toISOString(), roots: files.roots })).toEqual(["expires-soon"]);
        const later = new Date(days(89).getTime() + 1000).toISOString();
        expect(await codes({ now: later, roots: files.roots })).toEqual(["leaf-expired"]);
    });

    it("accepts a self-signed certificate only with --allow-self-signed or as a root", async () => {
        const plain = await judged({ cert: files.own });
        expect(plain.findings).toMatchObject([{ code: "self-signed", severity: "error" }]);
        const allowed = await judged({ cert: files.own, allowSelfSigned: true });
        expect(allowed.findings).toMatchObject([{ code: "self-signed", severity: "warning" }]);
        const given = await judged({ cert: files.own, roots: files.own });
        expect(given.findings).toMatchObject([{ code: "self-signed", severity: "warning" }]);
        expect([plain, allowed, given].map(isValid)).toEqual([false, true, true]);
    });

    it("reports findings about the files and about the certificate together", async () => {
        const judgement = await judged({ cert: files.alone, key: files.empty, hostname: ["other.test"] });
        expect(judgement.findings.map(one => one.code)).toEqual([
            "key-empty",
            "name-not-covered",
            "chain-incomplete",
        ]);
    });

    it("reports a missing certificate as invalid", async () => {
        expect(isValid(await judged({ cert: files.empty }))).toBe(false);
    });
});

describe("the report", () => {
    const nasty = "\u001b[31m\u009b\u202e";
    const judgement = {
        findings: [{ code: "x", severity: "warning" as const, message: `A ${nasty} b.`, advice: "C." }],
        summary: {
            ...{ subject: `CN=${nasty}`, names: [nasty], issuer: nasty, fingerprint: "AA" },
            ...{ notBefore: "2026-01-01", notAfter: "2026-02-01" },
        },
    };

    it("removes control characters of the certificate", () => {
        for (const text of [renderJson(judgement), renderText(judgement, { colour: false })]) {
            expect(text).not.toMatch(/[\u001b\u009b\u202e]|\\u001b/);
        }
    });

    it("uses colours only if they are allowed", () => {
        expect(renderText(judgement, { colour: true })).toContain("\u001b[33mwarning");
        expect(renderText(judgement, { colour: false })).toMatch(/^warning x\n {4}A/m);
    });
});
