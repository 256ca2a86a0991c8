import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { inCluster, irisInCluster, overTls } from "../support/front-settings";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { type Answer, FrontStage, HOST } from "../support/front-stage";

const NAME = "score.test-0a1b2c3d4e5f";
const TLS = { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000, storedCertificate: NAME } as const;
const TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";
const ANSWER = `${TOKEN}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI`;

/** A hosting of the front, and its ports. */
interface Kind {
    http: number;
    https: number;
    start(stage: FrontStage): Promise<void>;
}

const KINDS: Record<string, Kind> = {
    "container group": {
        http: 80,
        https: 443,
        start: stage => stage.startFront(overTls({ tls: TLS })),
    },
    pod: {
        http: 8080,
        https: 8443,
        start: stage => {
            const model = irisInCluster({
                host: "127.0.0.1",
                replicas: undefined,
                hostname: HOST,
                plainHttp: true,
            });
            const models = [model];
            return stage.startPodFront(inCluster({ tls: TLS, models, fronts: undefined }));
        },
    },
};

describe.skipIf(CANNOT_RUN)(titled("the certificate store"), () => {
    // Concurrent, because the cases mostly wait for the front's next poll.
    describe.concurrent.each(Object.entries(KINDS))("with a front in a %s", (_, kind) => {
        const stage = new FrontStage();
        beforeAll(() => stage.openWithPlaceholder());
        afterAll(() => stage.close());
        beforeEach(() => {
            for (const name of ["certificate.pem", "certificates", "challenges"]) {
                rmSync(path.join(stage.store, name), { recursive: true, force: true });
            }
        });

        const pem = async () => {
            const { chain, key } = await stage.authority.leaf(HOST);
            return { chain, key, serialNumber: new X509Certificate(chain).serialNumber };
        };

        /** Writes a file like the issuer. */
        const put = (file: string, text: string) => {
            const at = path.join(stage.store, file);
            mkdirSync(path.dirname(at), { recursive: true });
            writeFileSync(`${at}.new`, text);
            renameSync(`${at}.new`, at);
        };

        const served = () => stage.servedSerial(kind.https);

        const serving = (serialNumber: string) =>
            eventually(async () => (await served()) === serialNumber, 15_000);

        const ask = (at: string, ...options: string[]): Promise<Answer> =>
            stage.curl(
                `http://127.0.0.1:${kind.http}${at}`,
                ...["--path-as-is", "--header", `Host: ${HOST}`, ...options],
            );

        it.sequential(
            "the front serves the certificate of its name, or else the last one, from the start",
            async () => {
                const [own, last] = [await pem(), await pem()];
                put("certificate.pem", last.chain + last.key);
                await kind.start(stage);
                expect(await served()).toBe(last.serialNumber);
                put(`certificates/${NAME}.pem`, own.chain + own.key);
                expect(await serving(own.serialNumber)).toBe(true);
                await kind.start(stage);
                expect(await served()).toBe(own.serialNumber);
            },
        );

        it.sequential("the front serves a chain of 60 kB", async () => {
            const [first, { chain, key, serialNumber }] = [await pem(), await pem()];
            put(`certificates/${NAME}.pem`, first.chain + first.key);
            await kind.start(stage);
            const [, intermediate = ""] = chain.split(/(?<=-----END CERTIFICATE-----\n)/);
            const copies = Math.floor((60_000 - chain.length - key.length) / intermediate.length);
            put(`certificates/${NAME}.pem`, chain + intermediate.repeat(copies) + key);
            expect(await serving(serialNumber)).toBe(true);
        });

        it.sequential("the previous certificate stays when the new one is invalid", async () => {
            const [good, other] = [await pem(), await pem()];
            put(`certificates/${NAME}.pem`, good.chain + good.key);
            await kind.start(stage);
            expect(await served()).toBe(good.serialNumber);
            const whole = other.chain + other.key;
            const bad = {
                mismatched: other.chain + good.key,
                "without its key": other.chain,
                "cut off in its key": whole.slice(0, -60),
                "cut off in its chain": whole.slice(0, 300),
                junk: "\0\n\n\nshow info\n",
            };
            for (const text of Object.values(bad)) {
                put(`certificates/${NAME}.pem`, text);
                const refusals = stage.refusals();
                expect(await eventually(() => stage.refusals() > refusals, 15_000)).toBe(true);
                expect(await served()).toBe(good.serialNumber);
            }
            expect((await stage.curl(`https://127.0.0.1:${kind.https}/`, "--insecure")).status).not.toBe(503);
            put(`certificates/${NAME}.pem`, whole);
            expect(await serving(other.serialNumber)).toBe(true);
        });

        it.sequential("the front answers challenges on port 80, and no other files", async () => {
            await kind.start(stage);
            const at = "/.well-known/acme-challenge/";
            const folder = `challenges${at}`;
            put(`${folder}${TOKEN}`, ANSWER);
            put(`${folder}other`, ANSWER);
            put(`${folder}secret`, "secret.of another file");
            put("challenges/outside", "outside.thumbprint");
            expect(await eventually(async () => (await ask(at + TOKEN)).status === 200, 15_000)).toBe(true);
            expect(await ask(at + TOKEN)).toMatchObject({ status: 200, body: ANSWER });
            expect((await ask(at + TOKEN, "--head")).status).toBe(200);
            for (const wrong of [
                ...[
                    "",
                    "missing",
                    "other",
                    "secret",
                    "../../outside",
                    "%2e%2e%2foutside",
                    `${TOKEN}/`,
                    `${TOKEN}%00`,
                ],
                ...[`${TOKEN}.new`, "a".repeat(300), `../acme-challenge/${TOKEN}`],
            ]) {
                const { status, body } = await ask(at + wrong);
                expect({ wrong, status }).toEqual({ wrong, status: 404 });
                expect(JSON.parse(body)).toMatchObject({ error: { code: "NotFound" } });
            }
            // Other paths are redirected to HTTPS, or forwarded where the model allows plain HTTP.
            expect((await ask("/.well-known/other")).status).toBe(308);
            rmSync(path.join(stage.store, `${folder}${TOKEN}`));
            expect(await eventually(async () => (await ask(at + TOKEN)).status === 404, 15_000)).toBe(true);
        });

        it.sequential(
            "with an empty store the front is ready and answers that the certificate is pending",
            async () => {
                await kind.start(stage);
                expect(await stage.health("/ready")).toBe(200);
                for (const version of ["--http1.1", "--http2"]) {
                    const { status, headers, body } = await stage.curl(
                        `https://127.0.0.1:${kind.https}/score`,
                        ...["--insecure", version, "--data", "{}"],
                    );
                    expect(status).toBe(503);
                    expect(headers).toMatchObject({
                        "content-type": "application/json",
                        "retry-after": "10",
                    });
                    expect(headers).not.toHaveProperty("strict-transport-security");
                    expect(JSON.parse(body)).toMatchObject({ error: { code: "CertificatePending" } });
                }
            },
        );

        it.runIf(kind.https === 443).sequential(
            "over the placeholder, the health of the model shows on / only",
            async () => {
                await kind.start(stage);
                const code = async (at: string) => {
                    const { body } = await stage.curl(`https://127.0.0.1:443${at}`, "--insecure");
                    return (JSON.parse(body) as { error: { code: string } }).error.code;
                };
                expect(await code("/")).toBe("CertificatePending");
                await stage.stopModel();
                expect(await eventually(async () => (await code("/")) === "ServiceUnavailable", 10_000)).toBe(
                    true,
                );
                expect(await code("/score")).toBe("CertificatePending");
                stage.startModel();
                expect(await eventually(async () => (await code("/")) === "CertificatePending", 10_000)).toBe(
                    true,
                );
            },
        );

        it.sequential("the front is not ready before it could read the store", async () => {
            const { chain, key, serialNumber } = await pem();
            const file = path.join(stage.store, `certificates/${NAME}.pem`);
            mkdirSync(path.dirname(file), { recursive: true });
            // A regular file whose first byte cannot be read.
            symlinkSync("/proc/self/mem", file);
            // Otherwise the previous front could answer.
            await stage.stopFront();
            const ready = kind.start(stage);
            expect(await eventually(async () => (await stage.health("/live")) === 200, 20_000)).toBe(true);
            // Longer than the front of a pod waits for its models.
            const readyAt = Date.now() + 11_000;
            while (Date.now() < readyAt) {
                expect(await stage.health("/ready")).toBe(503);
                await sleep(500);
            }
            put(`certificates/${NAME}.pem`, chain + key);
            await ready;
            expect(await served()).toBe(serialNumber);
        });

        it.sequential("the front serves while the store hangs", async () => {
            const { chain, key, serialNumber } = await pem();
            put(`certificates/${NAME}.pem`, chain + key);
            await kind.start(stage);
            const { stdout } = await execa("pgrep", ["--parent", String(stage.frontPid), "--exact", "sh"]);
            const copier = Number(stdout);
            process.kill(copier, "SIGSTOP");
            expect(await served()).toBe(serialNumber);
            expect((await ask(`/.well-known/acme-challenge/${TOKEN}`)).status).toBe(404);
            process.kill(copier, "SIGCONT");
            const log = await stage.stopFront();
            expect(log).not.toContain(readFileSync(stage.file("leaf.key"), "utf8").split("\n")[1]);
            // No process remains, once it has been reaped.
            expect(await eventually(() => !existsSync(`/proc/${copier}`), 5_000)).toBe(true);
        });
    });
});
