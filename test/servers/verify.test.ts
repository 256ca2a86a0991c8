import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Report, verifyService } from "../../cli/verify";
import { connect } from "../../cli/verify/checks/tcp";
import { unusedPort } from "../../sandbox/testing/own-address";
import { DAY, type Issued, leafExtensions } from "../support/openssl";
import {
    ADDRESS,
    DATA,
    ELSEWHERE,
    FQDN,
    HOST,
    KEY,
    type Scene,
    Stage,
    chainOf,
    goodRecords,
} from "./verify-scene";
import { type Records, redirectToHttps, startDns, startPlain, startService } from "./verify-service";

let stage: Stage;

beforeAll(() => {
    stage = new Stage();
});
afterEach(() => stage.clear());
afterAll(() => stage.workspace.close());

const verify = (scene?: Scene) => stage.verify(scene);
const named = (report: Report, outcome: string) =>
    report.checks.filter(check => check.outcome === outcome).map(check => check.name);
const check = (report: Report, name: string) => report.checks.find(one => one.name === name);

describe("verify", () => {
    it("reports every check of a correct service as ok", async () => {
        const report = await verify();
        expect(named(report, "ok")).toEqual(report.checks.map(one => one.name));
        expect(report.ok).toBe(true);
        expect(check(report, "dns-zone")?.seen).toBe(
            `${HOST} → CNAME ${FQDN} (TTL 300 s) → ${ADDRESS} (TTL 300 s)`,
        );
        expect(check(report, "tls-versions")?.seen).toBe(
            "accepted: TLSv1.2, TLSv1.3; refused: TLSv1.0, TLSv1.1",
        );
        expect(check(report, "score")?.seen).toMatch(/^200 in \d+ ms: \[0, 2\]$/);
    });

    const other = () => stage.workspace.leaf(stage.intermediate, ["DNS:other.verify.test"]);
    const expired = () =>
        stage.workspace.leaf(stage.intermediate, [`DNS:${HOST}`], {
            notBefore: new Date(Date.now() - 90 * DAY),
            notAfter: new Date(Date.now() - DAY),
        });
    const serving = (issued: Issued): Scene => ({
        chain: chainOf(issued, stage.intermediate),
        privateKey: issued.key,
    });

    it("warns, and does not fail, when plain HTTP answers and the stack allows it", async () => {
        const report = await stage.verify({
            plain: (_, response) => response.end("[0]"),
            target: { plainHttpAllowed: true },
        });
        expect(named(report, "fault")).toEqual([]);
        expect(named(report, "warning")).toEqual(["http-redirect"]);
    });

    it.each<[string, string, RegExp, () => Scene]>([
        ["a wrong name", "certificate-names", /other\.verify\.test only/, () => serving(other())],
        ["an expired certificate", "certificate-dates", /leaf-expired/, () => serving(expired())],
        [
            "a missing intermediate",
            "certificate-chain",
            /chain-incomplete.*Test intermediate/,
            () => ({ chain: chainOf(stage.leaf) }),
        ],
        [
            "a certificate with the subject of its issuer, which OpenSSL takes for self-signed",
            "certificate-chain",
            /same-subject-as-issuer/,
            () =>
                serving(
                    stage.workspace.leaf(stage.intermediate, [], {
                        subject: stage.intermediate.subject,
                        extensions: [
                            ...leafExtensions(`DNS:${HOST}`),
                            "authorityKeyIdentifier=none",
                            "subjectKeyIdentifier=none",
                        ],
                    }),
                ),
        ],
        [
            "a certificate that OpenSSL refuses for a reason without a rule",
            "certificate-chain",
            /refused-by-openssl: .*unsuitable certificate purpose/,
            () =>
                serving(
                    stage.workspace.leaf(stage.intermediate, [], {
                        extensions: [...leafExtensions(`DNS:${HOST}`), "nsCertType=client"],
                    }),
                ),
        ],
        [
            "an untrusted authority",
            "certificate-chain",
            /untrusted/,
            () => ({ target: { authority: undefined } }),
        ],
        [
            "a resolver that still has the old record",
            "dns-resolver",
            /Old DNS: .*127\.0\.125\.11 \(TTL 42 s\); the zone has 127\.0\.125\.10\./,
            () => ({ resolver: { [HOST]: [["A", ELSEWHERE]] } }),
        ],
        [
            "a record with another address",
            "dns-zone",
            /127\.0\.125\.11.*but the service is iris-/,
            () => ({ zone: { [HOST]: [["CNAME", "old.test"]], "old.test": [["A", ELSEWHERE]] } }),
        ],
        [
            "no record",
            "dns-zone",
            /score\.verify\.test does not exist/,
            () => ({ zone: { [FQDN]: [["A", ADDRESS]] } }),
        ],
        [
            "TLS 1.0 accepted",
            "tls-versions",
            /accepted: TLSv1\.0, TLSv1\.1/,
            () => ({
                service: {
                    tls: {
                        cert: chainOf(stage.leaf, stage.intermediate),
                        key: stage.leaf.key,
                        minVersion: "TLSv1",
                        ciphers: "DEFAULT:@SECLEVEL=0",
                    },
                },
            }),
        ],
        [
            "plain HTTP open",
            "http-redirect",
            /answers plain HTTP \(status 200\)/,
            () => ({ plain: (_, response) => response.end("[0]") }),
        ],
        ["a redirect to plain HTTP", "http-redirect", /not HTTPS/, () => ({ plain: redirectToHttp })],
        ["a service that requires no key", "keys", /got status 200/, () => ({ service: { key: undefined } })],
        [
            "another certificate than the deployed one",
            "certificate-identity",
            /the deployed one has AA:BB/,
            () => ({ target: { fingerprint: "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55" } }),
        ],
        [
            "a model that fails",
            "score",
            /Status 500: broken/,
            () => ({ service: { score: () => ({ status: 500, body: "broken" }) } }),
        ],
        ["another key than the service's", "score", /Status 401/, () => ({ target: { key: "another" } })],
    ])("reports %s, and nothing else", async (_, name, seen, scene) => {
        const report = await verify(scene());
        expect(named(report, "fault")).toEqual([name]);
        expect(named(report, "warning")).toEqual([]);
        expect(check(report, name)?.seen).toMatch(seen);
        expect(check(report, name)?.advice).not.toBe("");
        expect(report.ok).toBe(false);
    });

    it("reports a closed port, and skips the checks that need a connection", async () => {
        const port = unusedPort();
        const report = await verify({ target: { scoringUri: `https://${HOST}:${port}/score` } });
        expect(named(report, "fault")).toEqual(["tcp"]);
        expect(named(report, "ok")).toEqual(["dns-zone", "dns-resolver"]);
        expect(check(report, "tcp")?.seen).toContain("connection refused");
    });

    it("accepts a service with TLS 1.3 only", async () => {
        const tls = {
            cert: chainOf(stage.leaf, stage.intermediate),
            key: stage.leaf.key,
            minVersion: "TLSv1.3" as const,
        };
        const report = await verify({ service: { tls } });
        expect(report.ok).toBe(true);
        expect(check(report, "tls-versions")).toMatchObject({
            outcome: "ok",
            seen: "accepted: TLSv1.3; refused: TLSv1.0, TLSv1.1, TLSv1.2",
        });
    });

    it("warns about a service with TLS 1.2 only", async () => {
        const tls = {
            cert: chainOf(stage.leaf, stage.intermediate),
            key: stage.leaf.key,
            maxVersion: "TLSv1.2" as const,
        };
        expect(named(await verify({ service: { tls } }), "warning")).toEqual(["tls-versions"]);
    });

    it("warns about a record that contains the address, because Azure may change it", async () => {
        const report = await verify({ zone: { [HOST]: [["A", ADDRESS]] } });
        expect(named(report, "warning")).toEqual(["dns-zone"]);
        expect(check(report, "dns-zone")?.advice).toContain(`${HOST} CNAME ${FQDN}`);
    });

    it("advises to create the record that the stack declares", async () => {
        const dnsRecord = { name: HOST, type: "CNAME", value: FQDN, ttl: 120 };
        const report = await verify({ zone: {}, target: { dnsRecord } });
        expect(check(report, "dns-zone")?.advice).toContain(`${HOST} CNAME ${FQDN}, TTL 120 s`);
    });

    it("warns when no DNS server answers, and checks the declared address", async () => {
        const server = `${ADDRESS}:${unusedPort()}`;
        const report = await verify({ options: { dnsServer: server, resolver: server } });
        expect(named(report, "warning")).toEqual(["dns-zone", "dns-resolver"]);
        expect(check(report, "score")?.outcome).toBe("ok");
    });

    it("checks a service at an IP address without DNS", async () => {
        const own = stage.workspace.leaf(stage.intermediate, [`IP:${ADDRESS}`]);
        const service = await stage.start(
            startService(ADDRESS, { tls: { cert: chainOf(own, stage.intermediate), key: own.key } }),
        );
        const report = await verifyService(
            { scoringUri: `https://${ADDRESS}:${service.port}/score` },
            { authorities: [stage.root.certificate], data: DATA },
        );
        expect(named(report, "fault")).toEqual([]);
        expect(named(report, "skipped")).toEqual(["http-redirect"]);
        expect(check(report, "keys")?.seen).toBe("no key required (status 200 without a key)");
    });

    it("skips the score without a sample request, or without a key that the service requires", async () => {
        expect(check(await verify({ options: { data: undefined } }), "score")).toMatchObject({
            outcome: "skipped",
            advice: "Set --data to a file.",
        });
        const keyless = { key: undefined, keysExpected: undefined };
        const report = await verify({ target: keyless });
        expect(check(report, "keys")?.seen).toMatch(/^required/);
        expect(check(report, "score")).toMatchObject({
            outcome: "skipped",
            seen: "There is no scoring key.",
        });
        expect(report.ok).toBe(true);
    });

    it("warns about a service without TLS, and checks its score", async () => {
        const plain = await stage.start(startPlain(ADDRESS, (_, response) => response.end("[1]")));
        const report = await verify({
            target: { scoringUri: `http://${HOST}:${plain.port}/score`, key: undefined, keysExpected: false },
        });
        expect(named(report, "warning")).toEqual(["encryption"]);
        expect(named(report, "ok")).toEqual(["dns-zone", "dns-resolver", "tcp", "keys", "score", "banner"]);
    });

    it("does not send the key to a server with an invalid certificate", async () => {
        const seen: (string | undefined)[] = [];
        const report = await verify({
            chain: chainOf(stage.leaf),
            service: {
                key: undefined,
                score: request => {
                    seen.push(request.headers.authorization);
                    return { status: 401, body: "" };
                },
            },
        });
        expect(check(report, "score")?.outcome).toBe("skipped");
        expect(seen.length).toBeGreaterThan(0);
        expect(seen.join(" ")).not.toContain(KEY);
    });

    it("removes the key and control characters from the server's response", async () => {
        const report = await verify({
            service: {
                score: request => ({ status: 200, body: `\u001b[2J${request.headers.authorization}` }),
            },
        });
        expect(check(report, "score")?.seen).toMatch(/ms:\s+\[2JBearer \[secret\]$/);
    });

    it("warns about a server banner and missing HSTS", async () => {
        const report = await verify({ service: { headers: { server: "gunicorn/20.1.0" } } });
        expect(named(report, "warning")).toEqual(["hsts", "banner"]);
        expect(report.ok).toBe(true);
    });

    it("queries DNS over TCP when the UDP answer is truncated", async () => {
        const report = await verify({ zoneOptions: { truncate: true } });
        expect(check(report, "dns-zone")?.outcome).toBe("ok");
    });

    it("repeats the checks until the resolver has the new record", async () => {
        const old: Records = { [HOST]: [["A", ELSEWHERE]] };
        const lines: string[] = [];
        const report = await verify({
            resolver: old,
            options: {
                waitMs: 30_000,
                onProgress: line => {
                    lines.push(line);
                    Object.assign(old, goodRecords());
                },
            },
        });
        expect(report.ok).toBe(true);
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatch(/^Waiting .*dns-resolver: Old DNS/);
    });

    it("does not repeat the checks for a permanent fault", async () => {
        const lines: string[] = [];
        const report = await verify({
            service: { key: undefined },
            options: { waitMs: 60_000, onProgress: line => lines.push(line) },
        });
        expect(named(report, "fault")).toEqual(["keys"]);
        expect(lines).toEqual([]);
    });

    it("detects the TLS versions before 1.2 at an openssl server that accepts them", async () => {
        const port = unusedPort();
        const server = spawn(
            "openssl",
            [
                ...["s_server", "-accept", `${ADDRESS}:${port}`, "-cert", stage.leaf.certificateFile],
                ...[
                    "-key",
                    stage.leaf.keyFile,
                    "-cipher",
                    "ALL:@SECLEVEL=0",
                    "-min_protocol",
                    "TLSv1",
                    "-www",
                ],
            ],
            { stdio: "ignore" },
        );
        try {
            await vi.waitFor(async () => expect(await connect(ADDRESS, port, 5_000)).toBeUndefined(), 20_000);
            const report = await verifyService(
                { scoringUri: `https://${ADDRESS}:${port}/` },
                { timeoutMs: 5_000 },
            );
            expect(check(report, "tls-versions")?.seen).toBe(
                "accepted: TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3; refused: none",
            );
        } finally {
            server.kill();
            await once(server, "exit");
        }
    });

    it.skipIf(process.getuid?.() !== 0)(
        "queries the name servers of each zone on the CNAME chain [needs root: port 53]",
        async () => {
            // The resolver has the delegations and an old address. Each zone has a name server.
            const resolver = await stage.start(
                startDns("127.0.125.20", {
                    "verify.test": [["NS", "ns.verify.test"]],
                    "ns.verify.test": [["A", "127.0.125.21"]],
                    "azurecontainer.io": [["NS", "ns.azure.test"]],
                    "ns.azure.test": [["A", "127.0.125.22"]],
                    [HOST]: [["A", ELSEWHERE]],
                }),
            );
            await stage.start(
                startDns("127.0.125.21", { [HOST]: [["CNAME", FQDN]] }, { port: 53, onlyOwn: true }),
            );
            await stage.start(startDns("127.0.125.22", { [FQDN]: [["A", ADDRESS]] }, { port: 53, ttl: 60 }));
            const report = await verify({
                options: { dnsServer: undefined, resolver: `127.0.125.20:${resolver.port}` },
            });
            expect(check(report, "dns-zone")?.seen).toBe(
                `${HOST} → CNAME ${FQDN} (TTL 300 s) → ${ADDRESS} (TTL 60 s)`,
            );
            expect(named(report, "fault")).toEqual(["dns-resolver"]);
        },
    );
});

function redirectToHttp(...[request, response]: Parameters<typeof redirectToHttps>): void {
    response.writeHead(301, { location: `http://${request.headers.host}/elsewhere` }).end();
}
