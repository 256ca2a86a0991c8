import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { legoProgram } from "../../images/lego";
import { Pebble, type PebbleOptions } from "../../testing/pebble";
import { type TestNames, testNames } from "../../testing/pebble-names";

const HOST = "score.example.test";
/** A name whose address has no web server. */
const UNREACHABLE = "unreachable.example.test";
const KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

/** The tools of all tests with ACME: the server Pebble, a DNS server, and lego, without a sandbox. */
describe("Pebble and lego", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "pebble-test-"));
    const pebbles: Pebble[] = [];
    let lego: string;
    let names: TestNames;
    let web: Server;

    beforeAll(async () => {
        lego = await legoProgram();
        mkdirSync(path.join(folder, "web"));
        names = await testNames({ [HOST]: "127.0.0.1", [UNREACHABLE]: "127.0.0.2" });
        web = createServer((request, response) => {
            const file = path.join(folder, "web", path.normalize(request.url ?? ""));
            if (existsSync(file)) response.end(readFileSync(file));
            else response.writeHead(404).end();
        });
        await new Promise<void>(resolve => web.listen(0, "127.0.0.1", resolve));
    });
    afterAll(async () => {
        await Promise.all(pebbles.map(pebble => pebble.stop()));
        web.close();
        await names.close();
        rmSync(folder, { recursive: true });
    });

    /** A server and a folder for lego. Both wait most of the time, so the tests run concurrently. */
    async function start(pebbleOptions: Partial<PebbleOptions> = {}, host = HOST) {
        const { port } = web.address() as { port: number };
        const pebble = await Pebble.start({ dnsServer: names.server, httpPort: port, ...pebbleOptions });
        pebbles.push(pebble);
        const at = mkdtempSync(path.join(folder, "lego-"));
        const run = (...options: string[]) =>
            execa(
                lego,
                [
                    ...["run", "--server", pebble.directoryUrl, "--accept-tos", "--domains", host],
                    ...["--path", at, "--http", "--http.webroot", path.join(folder, "web")],
                    ...options,
                ],
                { env: { LEGO_CA_CERTIFICATES: pebble.authorityFile }, all: true, reject: false },
            );
        const chain = () => readFileSync(path.join(at, "certificates", `${host}.crt`), "utf8");
        /** Deletes files of lego. lego does not register a key again after a failed registration. */
        const deleteFiles = (name = "") => rmSync(path.join(at, name), { recursive: true });
        return { pebble, run, chain, deleteFiles };
    }

    it.concurrent(
        "issue a certificate with the configured lifetime, and renew it when the server suggests it",
        async () => {
            const { pebble, run, chain } = await start({ lifetimeSeconds: 3_600 });
            expect((await run()).exitCode).toBe(0);
            expect(pebble.counts()).toEqual({
                accounts: 1,
                orders: 1,
                replacements: 0,
                certificates: 1,
                failedAuthorizations: 0,
            });
            const [first = ""] = chain().split(/(?<=-----END CERTIFICATE-----\n)/);
            const { validFrom, validTo } = new X509Certificate(first);
            expect((Date.parse(validTo) - Date.parse(validFrom)) / 1000).toBeCloseTo(3_600, -1);

            const before = pebble.counts();
            const past = new Date(Date.now() - 1_000);
            await pebble.suggestRenewal(first, new Date(past.getTime() - 60_000), past);
            // By default, lego waits up to eight minutes, so that clients do not all renew at the full hour.
            expect((await run("--no-random-sleep")).exitCode).toBe(0);
            expect(pebble.counts(before)).toMatchObject({
                accounts: 0,
                orders: 1,
                replacements: 1,
                certificates: 1,
            });
            expect(chain()).not.toContain(first);
        },
    );

    it.concurrent("retry when the server rejects nonces", async () => {
        const { pebble, run } = await start({ refusedNoncesPercent: 50 });
        expect((await run()).exitCode).toBe(0);
        expect(pebble.log()).toContain("Configured to reject 50% of good nonces");
        expect(pebble.counts()).toMatchObject({ certificates: 1 });
    });

    it.concurrent(
        "fail while the server is unreachable, and continue with the same account after that",
        async () => {
            const { pebble, run, deleteFiles } = await start();
            const registered = await run();
            expect(registered.exitCode).toBe(0);
            deleteFiles("certificates");
            await pebble.disconnect();
            // lego retries for half a minute before it gives up.
            const failed = await run();
            expect(failed.exitCode).not.toBe(0);
            expect(failed.all).toContain("connection refused");
            expect(pebble.counts()).toMatchObject({ accounts: 1, orders: 1 });
            await pebble.reconnect();
            expect((await run()).exitCode).toBe(0);
            expect(pebble.counts()).toMatchObject({ accounts: 1, certificates: 2 });
        },
    );

    it.concurrent("fail at once while the server rejects all requests, and succeed after that", async () => {
        const { pebble, run, deleteFiles } = await start();
        await pebble.rejectRequests();
        const rejected = await run();
        expect(rejected.exitCode).not.toBe(0);
        expect(rejected.all).toContain("urn:ietf:params:acme:error:unauthorized");
        deleteFiles();
        await pebble.reconnect();
        expect((await run()).exitCode).toBe(0);
        expect(pebble.counts()).toMatchObject({ accounts: 1, certificates: 1 });
    });

    it.concurrent("require an external account binding if keys are configured", async () => {
        const { run, deleteFiles } = await start({ externalAccounts: { "key-1": KEY } });
        const unbound = await run();
        expect(unbound.all).toContain("server requires External Account Binding");
        deleteFiles();
        const bound = await run("--eab", "--eab.kid", "key-1", "--eab.hmac", KEY);
        expect(bound.all).toContain("Server responded with a certificate.");
    });

    it.concurrent("count failed challenges", async () => {
        const { pebble, run } = await start({}, UNREACHABLE);
        expect((await run()).exitCode).not.toBe(0);
        expect(pebble.counts()).toMatchObject({ certificates: 0, failedAuthorizations: 1 });
    });
});
