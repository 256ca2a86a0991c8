import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { HOST } from "../support/front-stage";
import { CANNOT_RUN } from "../../sandbox/testing/requirements";
import { IssuerStage, type Shell } from "./issuer-stage";

const MINUTES = 60_000;

/** Each group of cases has a stage of its own: nearly all that they do is to wait, so the groups wait side by side. */
function issuerStage(): IssuerStage {
    const stage = new IssuerStage();
    beforeAll(() => stage.open(), 5 * MINUTES);
    afterAll(() => stage.close());
    afterEach(async () => {
        stage.mendNames();
        await stage.pebble.reconnect();
        await stage.clear();
    });
    return stage;
}

describe.skipIf(CANNOT_RUN)(`the issuer${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`, () => {
    describe.concurrent.each<Shell>(["busybox", "dash"])("in %s", shell => {
        const stage = issuerStage();

        it.sequential(
            "gets a certificate where there is none, and orders no other one after a restart of everything",
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
                // At once: readiness tells that the store has been looked at.
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
            "stops at once while it orders, and leaves nothing to wait for",
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
                expect(second.log()).not.toContain("sign of life");
                expect(challenges(stage)).toEqual([]);
            },
            2 * MINUTES,
        );

        it.sequential(
            "renews once for each trigger, whatever older revisions and failures there are",
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
                // Both look once more, and so does one that starts now.
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

    describe.concurrent("among others", () => {
        const stage = issuerStage();

        it.sequential(
            "orders once when several start on one store",
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
            "takes over from one that was killed while it ordered",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const first = stage.start();
                await eventually(() => challenges(stage).length > 0, 20_000);
                await first.kill();
                const left = challenges(stage);
                expect(left).toHaveLength(1);
                const second = stage.start();
                await stage.stored();
                expect(second.log()).toContain("shows no sign of life");
                expect(challenges(stage)).toEqual([]);
            },
            2 * MINUTES,
        );

        it.sequential(
            "registers anew with an authority that has forgotten the account",
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
                expect(second.log()).toContain("The authority does not know the account. It gets a new one.");
                expect(stage.pebble.counts()).toMatchObject({ accounts: 1, orders: 1 });
            },
            2 * MINUTES,
        );

        it.sequential(
            "shows the external account's key to nobody",
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
                    const told = [commands, issuer.log(), wrong.log(), ...contents(stage.store)].join("\n");
                    expect(told).not.toContain(hmacKey);
                    expect(told).not.toContain(hmacKey.replace("dGhl", "dGHl"));
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
            "waits for an authority that is away",
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

    describe.concurrent("where names change", () => {
        const stage = issuerStage();

        it.sequential(
            "says what the authority says of a name that leads elsewhere, and goes on when it is mended",
            async () => {
                stage.breakNames();
                await stage.front.startFront(stage.frontSettings());
                const issuer = stage.start();
                const { reason } = await stage.reported(({ state }) => state === "failing");
                expect(reason).toMatch(/urn:ietf:params:acme:error:connection.*127\.0\.0\.254/);
                expect(issuer.log()).toMatch(
                    /Attempt 1 failed, the next one is in \d+ seconds: .*error:connection/,
                );
                stage.mendNames();
                await stage.serving(await stage.stored());
                expect(await stage.reported(({ state }) => state === "valid")).toMatchObject({
                    failures: 0,
                    reason: "",
                });
            },
            2 * MINUTES,
        );

        it.sequential(
            "goes on serving the certificate of the names before until the one of the names after is there",
            async () => {
                await stage.front.startFront(stage.frontSettings());
                const first = stage.start();
                const before = await stage.stored();
                await stage.serving(before);
                await first.stop();
                const more = stage.settings({ hostnames: [HOST, "more.score.test"] });
                await stage.front.startFront(stage.frontSettings(more));
                expect(await stage.served()).toBe(before.serialNumber);
                stage.addName("more.score.test");
                stage.start(more);
                const after = await stage.stored(more);
                await stage.serving(after);
                expect(after.subjectAltName).toContain("more.score.test");
                // The revision before goes on with what is its own.
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
