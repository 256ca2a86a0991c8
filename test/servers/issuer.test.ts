import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { HOST } from "../support/front-stage";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { IssuerStage, type Shell } from "./issuer-stage";

const MINUTES = 60_000;

/** Each group of cases has its own stage and runs concurrently with the others, because the cases mostly wait. */
function issuerStage(): IssuerStage {
    const stage = new IssuerStage();
    beforeAll(() => stage.open(), 5 * MINUTES);
    afterAll(() => stage.close());
    afterEach(async () => {
        stage.mendName();
        await stage.pebble.reconnect();
        await stage.clear();
    });
    return stage;
}

describe.skipIf(CANNOT_RUN)(titled("the issuer"), () => {
    describe.concurrent.each<Shell>(["busybox", "dash"])("in %s", shell => {
        const stage = issuerStage();

        it.sequential(
            "gets the first certificate, and does not order again after a restart of everything",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const pending = await stage.front.curl(`https://${HOST}/score`, "--insecure");
                expect(pending).toMatchObject({ status: 503, headers: { "retry-after": "10" } });
                expect(JSON.parse(pending.body)).toMatchObject({ error: { code: "CertificatePending" } });
                expect(pending.headers).not.toHaveProperty("strict-transport-security");

                const before = stage.pebble.counts();
                const first = stage.start(stage.settings(), shell);
                const certificate = await stage.stored();
                await stage.serving(certificate);
                const served = await stage.front.score("--cacert", stage.rootFile, "--data", "{}");
                expect(served.status).toBe(200);
                expect(served.headers).toHaveProperty("strict-transport-security");
                expect(await stage.reported(({ state }) => state === "valid")).toMatchObject({
                    names: HOST,
                    failures: 0,
                    reason: "",
                    expires: new Date(certificate.validTo).toISOString().replace(".000", ""),
                });
                expect(stage.pebble.counts(before)).toMatchObject({
                    accounts: 1,
                    orders: 1,
                    certificates: 1,
                });
                expect((await first.stop()).exitCode).toBe(0);

                await stage.front.startFront(stage.frontSettings());
                // At once: a front is ready only after it has read the store.
                expect(await stage.served()).toBe(certificate.serialNumber);
                const again = stage.start(stage.settings(), shell);
                await eventually(() => again.log().includes("Skip renewal"), 20_000);
                expect(again.log()).toContain("Skip renewal");
                expect(stage.pebble.counts(before)).toMatchObject({
                    accounts: 1,
                    orders: 1,
                    certificates: 1,
                });
                expect(stage.certificate()?.serialNumber).toBe(certificate.serialNumber);
            },
            2 * MINUTES,
        );

        it.sequential(
            "stops at once during an order, and releases the lease",
            async () => {
                const first = stage.start(stage.settings(), shell);
                await eventually(() => challenges(stage).length > 0, 20_000);
                const { exitCode, seconds } = await first.stop();
                expect({ exitCode, atOnce: seconds < 2 }).toEqual({ exitCode: 0, atOnce: true });
                expect(stage.certificate()).toBeUndefined();
                expect(readdirSync(stage.store)).not.toContain("certificate.pem");

                await stage.front.startFront(stage.frontSettings());
                const second = stage.start(stage.settings(), shell);
                await stage.stored();
                expect(second.log()).not.toContain("Taking over");
                expect(challenges(stage)).toEqual([]);
            },
            2 * MINUTES,
        );

        it.sequential(
            "renews once per trigger, in spite of older revisions and failures",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const old = stage.start(stage.settings({ renewalTrigger: "2026" }), shell);
                const first = await stage.stored();
                await stage.serving(first);
                await stage.reported(({ state }) => state === "valid");
                const before = stage.pebble.counts();
                await stage.pebble.rejectRequests();
                const renewing = stage.settings({ renewalTrigger: "2027; $(touch /tmp/x) 'key leaked'" });
                const other = stage.start(renewing, shell);
                await stage.reported(({ failures }) => failures > 0);
                expect(await stage.served()).toBe(first.serialNumber);
                await stage.pebble.reconnect();
                const second = await stage.stored(
                    renewing,
                    ({ serialNumber }) => serialNumber !== first.serialNumber,
                );
                await stage.serving(second);
                // Both check once more, and so does a third one.
                const looks = [old, other, stage.start(renewing, shell)].map(issuer => {
                    const seen = issuer.log().length;
                    return eventually(() => issuer.log().slice(seen).includes("Skip renewal"), 40_000);
                });
                expect(await Promise.all(looks)).toEqual([true, true, true]);
                expect(stage.pebble.counts(before)).toMatchObject({ orders: 1, certificates: 1 });
                expect(stage.certificate()?.serialNumber).toBe(second.serialNumber);
            },
            3 * MINUTES,
        );
    });

    describe.concurrent("with other issuers", () => {
        const stage = issuerStage();

        it.sequential(
            "orders once when several issuers start on one store",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const before = stage.pebble.counts();
                const issuers = (["busybox", "dash", "busybox"] as const).map(shell =>
                    stage.start(stage.settings(), shell),
                );
                await stage.stored();
                const looked = issuers.map(issuer =>
                    eventually(() => /Skip renewal|A new certificate/.test(issuer.log()), 40_000),
                );
                expect(await Promise.all(looked)).toEqual([true, true, true]);
                expect(stage.pebble.counts(before)).toMatchObject({
                    accounts: 1,
                    orders: 1,
                    certificates: 1,
                });
            },
            2 * MINUTES,
        );

        it.sequential(
            "takes over from an issuer that was killed during an order",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const first = stage.start();
                await eventually(() => challenges(stage).length > 0, 20_000);
                await first.kill();
                const left = challenges(stage);
                expect(left).toHaveLength(1);
                const second = stage.start();
                await stage.stored();
                expect(second.log()).toContain("Another issuer holds the lease");
                expect(challenges(stage)).toEqual([]);
            },
            2 * MINUTES,
        );

        it.sequential(
            "registers a new account when the authority does not know the previous one",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const first = stage.start();
                const before = await stage.stored();
                await stage.reported(({ state }) => state === "valid");
                await first.stop();
                await stage.restartPebble();
                const renewing = stage.settings({ renewalTrigger: "2027" });
                const second = stage.start(renewing);
                const after = await stage.stored(
                    renewing,
                    ({ serialNumber }) => serialNumber !== before.serialNumber,
                );
                await stage.serving(after);
                expect(second.log()).toContain("The authority does not know the account.");
                expect(stage.pebble.counts()).toMatchObject({ accounts: 1, orders: 1 });
            },
            2 * MINUTES,
        );

        it.sequential(
            "does not reveal the key of the external account",
            async () => {
                const hmacKey = "dGhlLWtleS1vZi10aGUtYWNjb3VudC1mb3ItdGhlLXRlc3Q";
                await stage.startPebble({ externalAccounts: { "account-7": hmacKey } });
                try {
                    await stage.front.startFront(stage.frontSettings());
                    const settings = stage.settings({ externalAccountKeyId: "account-7" });
                    const wrong = stage.start(settings, "busybox", hmacKey.replace("dGhl", "dGHl"));
                    await stage.reported(({ state }) => state === "failing");
                    await wrong.stop();
                    const issuer = stage.start(settings, "busybox", hmacKey);
                    await eventually(() => challenges(stage).length > 0, 30_000);
                    const { stdout: commands } = await execa("ps", ["-e", "-o", "args=", "ww"]);
                    expect(commands).toContain("/lego run");
                    await stage.stored();
                    await stage.reported(({ state }) => state === "valid");
                    const visible = [commands, issuer.log(), wrong.log(), ...contents(stage.store)].join(
                        "\n",
                    );
                    expect(visible).not.toContain(hmacKey);
                    expect(visible).not.toContain(hmacKey.replace("dGhl", "dGHl"));
                    expect([commands, issuer.log()].join("\n")).not.toContain("PRIVATE KEY");
                } finally {
                    await stage.startPebble();
                }
            },
            2 * MINUTES,
        );
    });

    describe.concurrent("without its authority", () => {
        const stage = issuerStage();

        it.sequential(
            "waits for an authority that is not reachable",
            async () => {
                await stage.pebble.disconnect();
                await stage.front.startFront(stage.frontSettings());
                stage.start();
                const { reason } = await stage.reported(({ state }) => state === "failing");
                expect(reason).toContain("connection refused");
                expect((await stage.front.curl(`https://${HOST}/`, "--insecure")).status).toBe(503);
                await stage.pebble.reconnect();
                await stage.serving(await stage.stored());
            },
            3 * MINUTES,
        );
    });

    describe.concurrent("when names change", () => {
        const stage = issuerStage();

        it.sequential(
            "reports the authority's error for a name with another address, and continues when the name is corrected",
            async () => {
                stage.breakName();
                await stage.front.startFront(stage.frontSettings());
                const issuer = stage.start();
                const { reason } = await stage.reported(({ state }) => state === "failing");
                expect(reason).toMatch(/urn:ietf:params:acme:error:connection.*127\.0\.0\.254/);
                expect(issuer.log()).toMatch(
                    /Attempt 1 failed, the next one is in \d+ seconds: .*error:connection/,
                );
                stage.mendName();
                await stage.serving(await stage.stored());
                expect(await stage.reported(({ state }) => state === "valid")).toMatchObject({
                    failures: 0,
                    reason: "",
                });
            },
            2 * MINUTES,
        );

        it.sequential(
            "the front serves the certificate of the previous names until the one for the new names is issued",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const first = stage.start();
                const before = await stage.stored();
                await stage.serving(before);
                await first.stop();
                const more = stage.settings({ hostnames: [HOST, "more.score.test"] });
                await stage.front.startFront(stage.frontSettings(more));
                expect(await stage.served()).toBe(before.serialNumber);
                stage.mendName("more.score.test");
                stage.start(more);
                const after = await stage.stored(more);
                await stage.serving(after);
                expect(after.subjectAltName).toContain("more.score.test");
                // The previous revision still serves its own certificate.
                await stage.front.startFront(stage.frontSettings());
                expect(await stage.served()).toBe(before.serialNumber);
            },
            2 * MINUTES,
        );
    });
});

function challenges(stage: IssuerStage): string[] {
    try {
        return readdirSync(path.join(stage.store, "challenges", ".well-known", "acme-challenge"));
    } catch {
        return [];
    }
}

function contents(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map(name => path.join(folder, name))
        .filter(file => statSync(file).isFile())
        .map(file => readFileSync(file, "latin1"));
}
