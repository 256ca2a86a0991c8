import { createHash } from "node:crypto";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AccessLog, renderFront } from "../../components/front";
import { debianPackages } from "../../machine/debian";
import { iris, overTls } from "../support/front-settings";
import { FrontStage, HOST, PRIMARY_KEY, SECONDARY_KEY, type Seen } from "../support/front-stage";
import { FULL } from "../../sandbox/testing/full";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";

describe.skipIf(CANNOT_RUN)(titled("the front"), () => {
    const stage = new FrontStage();
    beforeAll(() => stage.open());
    afterAll(() => stage.close());

    describe("as a configuration", () => {
        const golden = path.join(__dirname, "..", "unit", "front", "golden");

        it.each(readdirSync(golden))("is accepted by HAProxy 3.0 without warnings: %s", async file => {
            const { valid, output } = await stage.check(readFileSync(path.join(golden, file), "utf8"));
            expect({ valid, output }).toEqual({ valid: true, output: "" });
        });

        // Names that HAProxy or other sections of the configuration also use.
        it.each(["http", "https", "redirect", "global", "defaults", "1", "a--b", "a".repeat(63)])(
            "accepts the model name %s",
            async name => {
                const configuration = renderFront(overTls({ model: iris({ name }) }));
                expect(await stage.check(configuration)).toEqual({ valid: true, output: "" });
            },
        );
    });

    describe("over TLS", () => {
        const LIMIT = 100_000;
        beforeAll(() => stage.startFront(overTls({ model: iris({ maxBodyBytes: LIMIT }) })));

        it.each(["-tls1_3", "-tls1_2"])("serves the whole chain to %s", async version => {
            const seen = await stage.handshake(version);
            expect(seen).toContain("Verify return code: 0 (ok)");
            expect(seen.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(2);
            expect(seen).toContain(version === "-tls1_3" ? "TLSv1.3" : "TLSv1.2");
        });

        it.each(["-tls1_1", "-tls1"])("refuses %s", async version => {
            const seen = await stage.handshake(version, "-cipher", "DEFAULT:@SECLEVEL=0");
            expect(seen).toContain("alert protocol version");
        });

        it("refuses suites without authenticated encryption or forward secrecy", async () => {
            for (const suite of [
                "AES128-GCM-SHA256",
                "ECDHE-ECDSA-AES128-SHA256",
                "ECDHE-ECDSA-AES256-SHA",
            ]) {
                expect(await stage.handshake("-tls1_2", "-cipher", suite)).toContain(
                    "alert handshake failure",
                );
            }
        });

        it("supports HTTP/2 and HTTP/1.1", async () => {
            expect((await stage.score()).version).toBe("2");
            expect((await stage.score("--http1.1")).version).toBe("1.1");
        });

        it("sends HSTS, in its own error responses too", async () => {
            expect((await stage.score()).headers["strict-transport-security"]).toBe("max-age=31536000");
            const error = await stage.curl(`https://${HOST}/nowhere`);
            expect(error.headers["strict-transport-security"]).toBe("max-age=31536000");
        });

        it("redirects HTTP to HTTPS with path, query and method", async () => {
            const answer = await stage.curl(`http://${HOST}/score?a=b%20c&d=//e`, "--data", "{}");
            expect(answer.status).toBe(308);
            expect(answer.headers.location).toBe(`https://${HOST}/score?a=b%20c&d=//e`);
            expect(answer.headers["strict-transport-security"]).toBeUndefined();
            const withPort = await stage.curl(`http://${HOST}/score`, "--header", `Host: ${HOST}:80`);
            expect(withPort.headers.location).toBe(`https://${HOST}/score`);
        });

        it.each([
            ["no key", []],
            ["a wrong key", ["--header", "Authorization: Bearer wrong"]],
            ["an empty key", ["--header", "Authorization: Bearer "]],
            ["a digest instead of the key", ["--header", `Authorization: Bearer ${digestOfPrimary()}`]],
            ["another scheme", ["--user", `Bearer:${PRIMARY_KEY}`]],
            ["a key in the query", ["--url-query", `code=${PRIMARY_KEY}`]],
        ])("answers 401 to %s", async (_, options) => {
            for (const at of ["/score", "/swagger.json", "/api/v1/service/iris/score"]) {
                const answer = await stage.curl(`https://${HOST}${at}`, ...options);
                expect(answer.status).toBe(401);
                expect(answer.headers["www-authenticate"]).toBe('Bearer realm="scoring"');
                expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "Unauthorized" } });
            }
        });

        it("accepts both keys and does not forward them", async () => {
            for (const key of [PRIMARY_KEY, SECONDARY_KEY]) {
                const answer = await stage.curl(
                    `https://${HOST}/score`,
                    "--header",
                    `Authorization: Bearer ${key}`,
                );
                expect(answer.status).toBe(200);
                expect(answer.body).not.toContain(key);
                expect(seen(answer).headers).not.toHaveProperty("authorization");
            }
        });

        it.each([
            ["/score", "/score"],
            ["/score?verbose=1", "/score?verbose=1"],
            ["/swagger.json", "/swagger.json"],
            ["/api/v1/service/iris/score", "/score"],
            ["/api/v1/service/iris/score?verbose=1", "/score?verbose=1"],
            ["/api/v1/service/iris/swagger.json", "/swagger.json"],
        ])("forwards %s to the model as %s", async (at, url) => {
            const key = ["--header", `Authorization: Bearer ${PRIMARY_KEY}`];
            expect(seen(await stage.curl(`https://${HOST}${at}`, ...key)).url).toBe(url);
        });

        it.each([
            "/score/",
            "/Score",
            "/release",
            "/api/v1/service/wine/score",
            "/api/v1/service/iris/release",
            "/api/v1/service/iris/../../../../release",
            "//score",
            "/%73core",
        ])("answers 404 to %s", async at => {
            const answer = await stage.curl(`https://${HOST}${at}`, "--path-as-is");
            expect(answer.status).toBe(404);
            expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "NotFound" } });
        });

        it("reports the model's health at /, without a key", async () => {
            expect(await stage.curl(`https://${HOST}/`)).toMatchObject({ status: 200, body: "Healthy" });
        });

        it("does not reveal the software of the front or the model", async () => {
            for (const answer of [await stage.score(), await stage.curl(`https://${HOST}/nowhere`)]) {
                expect(Object.keys(answer.headers)).not.toEqual(
                    expect.arrayContaining([
                        expect.stringMatching(/^(server|via|x-powered-by|x-ms-server-version)$/),
                    ]),
                );
                expect(JSON.stringify(answer.headers).toLowerCase()).not.toContain("haproxy");
            }
        });

        it("gives every request an id, unless the client sent a valid one", async () => {
            const generated = await stage.score();
            expect(generated.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
            expect(seen(generated).headers["x-request-id"]).toBe(generated.headers["x-request-id"]);
            const own = await stage.score(
                "--header",
                "x-request-id: order-17",
                "--header",
                "x-ms-request-id: old",
            );
            expect(own.headers["x-request-id"]).toBe("order-17");
            expect(seen(own).headers).toMatchObject({ "x-request-id": "order-17", "x-ms-request-id": "old" });
            const bad = await stage.score("--header", 'x-request-id: a","b":"c');
            expect(bad.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
        });

        describe("limits the body", () => {
            beforeAll(() => {
                for (const [name, size] of Object.entries({
                    fits: LIMIT,
                    large: LIMIT + 1,
                    huge: 20 * LIMIT,
                })) {
                    writeFileSync(stage.file(name), "");
                    truncateSync(stage.file(name), size);
                }
            });
            const send = (file: string) => ["--data-binary", `@${stage.file(file)}`, "--header", "Expect:"];
            const chunked = ["--header", "Transfer-Encoding: chunked", "--http1.1"];

            it.each([
                ["with a length over HTTP/2", (file: string) => send(file)],
                ["with a length over HTTP/1.1", (file: string) => [...send(file), "--http1.1"]],
                ["in chunks", (file: string) => [...send(file), ...chunked]],
                [
                    "over HTTP/2 without a length",
                    (file: string) => [
                        ...send(file),
                        "--header",
                        "Content-Length:",
                        "--header",
                        "Transfer-Encoding:",
                    ],
                ],
            ])("%s", async (_, options) => {
                const fits = await stage.score(...options("fits"));
                expect(fits.status).toBe(200);
                expect(seen(fits).bytes).toBe(LIMIT);
                for (const file of ["large", "huge"]) {
                    const answer = await stage.score(...options(file));
                    expect(answer.status).toBe(413);
                    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "PayloadTooLarge" } });
                }
            });
        });

        it("has no findings of sslscan", async () => {
            const tree = await debianPackages(["sslscan"]);
            const { stdout } = await stage.inside(
                [tree.path("usr/bin/sslscan"), "--no-colour", `--sni-name=${HOST}`, "127.0.0.1:443"],
                { env: tree.environment },
            );
            const versions = [...stdout.matchAll(/^((?:SSL|TLS)v[\d.]+)\s+(enabled|disabled)$/gm)];
            expect(
                versions.filter(([, , state]) => state === "enabled").map(([, version]) => version),
            ).toEqual(["TLSv1.2", "TLSv1.3"]);
            const suites = [...stdout.matchAll(/^(?:Preferred|Accepted)\s+(\S+)\s+\d+ bits\s+(\S+)/gm)];
            expect(suites.length).toBeGreaterThanOrEqual(6);
            for (const [, , suite] of suites) expect(suite).toMatch(/GCM|CHACHA20/);
            expect(stdout).not.toContain("Compression enabled");
            expect(stdout).not.toMatch(/(?<!not) vulnerable to heartbleed/);
            expect(stdout).toContain("Session renegotiation not supported");
        });

        it.runIf(FULL)(
            "has no findings of testssl.sh",
            async () => {
                const tree = await debianPackages(["testssl.sh", "bsdmainutils", "bsdextrautils", "procps"]);
                const report = stage.file("testssl.json");
                await stage.inside(
                    [
                        ...[tree.path("usr/bin/testssl"), "--quiet", "--color", "0", "--warnings", "batch"],
                        // Protocols, suites, forward secrecy, vulnerabilities. The test's authority is not checked.
                        ...["--nodns", "none", "--ip", "127.0.0.1", "-p", "-s", "-f", "-U"],
                        ...["--jsonfile", report, `${HOST}:443`],
                    ],
                    {
                        env: {
                            ...tree.environment,
                            TESTSSL_INSTALL_DIR: path.join(tree.root, "etc/testssl"),
                            OPENSSL: "/usr/bin/openssl",
                        },
                    },
                );
                const findings = JSON.parse(readFileSync(report, "utf8")) as {
                    id: string;
                    severity: string;
                    finding: string;
                }[];
                expect(findings.length).toBeGreaterThan(30);
                // "engine_problem" reports that GOST suites cannot be tested. It is not a finding about the front.
                const faults = findings.filter(
                    ({ id, severity }) => id !== "engine_problem" && !["OK", "INFO"].includes(severity),
                );
                expect(faults).toEqual([]);
            },
            300_000,
        );

        it("logs one JSON object per request, without keys, bodies and queries", async () => {
            await stage.score("--data", "body-of-the-test", "--url-query", "query=of-the-test");
            const log = await stage.stopFront();
            const requests = log
                .split("\n")
                .filter(line => line.startsWith("{"))
                .map(line => JSON.parse(line) as Record<string, unknown>);
            expect(requests).toContainEqual(
                expect.objectContaining({
                    method: "POST",
                    path: "/score",
                    model: "iris",
                    status: 200,
                    tls: "TLSv1.3",
                }),
            );
            expect(requests).toContainEqual(
                // OpenSSL and AWS-LC word it differently.
                expect.objectContaining({
                    tlsError: expect.stringMatching(/unsupported[ _]protocol|version/i) as string,
                }),
            );
            for (const secret of [PRIMARY_KEY, SECONDARY_KEY, digestOfPrimary(), "of-the-test"]) {
                expect(log).not.toContain(secret);
            }
        });
    });

    describe("with another access log", () => {
        const logged = async (accessLog: AccessLog) => {
            await stage.startFront(overTls({ accessLog }));
            await stage.score("--data", "{}");
            await stage.score("--data", "{}", "--header", "x-status: 422");
            await stage.curl(`https://${HOST}/%22%5C"\\?query=of-the-test`);
            await stage.curl(`https://${HOST}/score`, "--data", "{}");
            await expect(
                stage.score("--data", "{}", "--header", "x-drip: 100", "--max-time", "1"),
            ).rejects.toThrow("timed out");
            await stage.handshake("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0");
            return (await stage.stopFront())
                .split("\n")
                .filter(line => line.startsWith("{"))
                .map(
                    line => JSON.parse(line) as { status?: number; end?: string; at?: string; path?: string },
                );
        };

        it("errors: logs refused requests, errors of the model, and what ended early", async () => {
            // A request that ended early has a second line of the hop within the front.
            const lines = (await logged(AccessLog.Errors)).filter(({ at }) => at !== ":responses");
            expect(lines.map(({ status }) => status)).toEqual([422, 404, 401, 200, undefined]);
            expect(lines[3]?.end).toMatch(/^C/);
            // JSON would escape these characters.
            expect(lines[1]?.path).toBe("/%22%5C__");
        });

        it("off: logs no request", async () => {
            expect(await logged(AccessLog.Off)).toEqual([]);
        });
    });

    describe("over TLS 1.3 only, without keys", () => {
        beforeAll(() =>
            stage.startFront({
                tls: { minimumVersion: "1.3", hstsMaxAgeSeconds: 0 },
                model: iris({ keysRequired: false }),
            }),
        );

        it("refuses TLS 1.2", async () => {
            expect(await stage.handshake("-tls1_2")).toContain("alert protocol version");
            expect(await stage.handshake("-tls1_3")).toContain("Verify return code: 0 (ok)");
        });

        it("sends no HSTS", async () => {
            expect((await stage.score()).headers).not.toHaveProperty("strict-transport-security");
        });

        it("answers without a key, and forwards Authorization to the model", async () => {
            expect((await stage.curl(`https://${HOST}/score`)).status).toBe(200);
            expect(seen(await stage.score()).headers.authorization).toBe(`Bearer ${PRIMARY_KEY}`);
        });
    });

    describe("without TLS", () => {
        it("answers on port 80 only, and still requires keys", async () => {
            await stage.startFront({ model: iris() });
            const key = ["--header", `Authorization: Bearer ${PRIMARY_KEY}`];
            expect((await stage.curl(`http://${HOST}/score`, ...key)).status).toBe(200);
            expect((await stage.curl(`http://${HOST}/score`)).status).toBe(401);
            await expect(stage.score()).rejects.toThrow(/Failed to connect/);
        });
    });
});

function seen(answer: { body: string }): Seen {
    return JSON.parse(answer.body) as Seen;
}

function digestOfPrimary(): string {
    return createHash("sha256").update(PRIMARY_KEY).digest("hex");
}
