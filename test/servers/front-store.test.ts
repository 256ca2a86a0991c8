import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { inCluster, iris, irisInCluster, overTls } from "../support/front-settings";
import { type Answer, FrontStage, HOST } from "../support/front-stage";
import { CANNOT_RUN } from "../../sandbox/testing/requirements";
import { TestAuthority } from "../support/front-certificates";

const NAME = "score.test-0a1b2c3d4e5f";
const TLS = { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000, storedCertificate: NAME } as const;
const TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";
const ANSWER = `${TOKEN}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI`;

/** A front, and the ports that it has. */
interface Kind {
    http: number;
    https: number;
    start(stage: FrontStage): Promise<void>;
}

const KINDS: Record<string, Kind> = {
    "container group": {
        http: 80,
        https: 443,
        start: stage => stage.startFront(overTls({ tls: TLS, models: [iris()] })),
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
            const models = [{ ...model, keyDigestsFile: undefined }];
            return stage.startPodFront(inCluster({ tls: TLS, models, fronts: undefined }));
        },
    },
};

describe.skipIf(CANNOT_RUN)(`the certificate store${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`, () => {
    // Side by side: they wait for the front to look.
    describe.concurrent.each(Object.entries(KINDS))("before a front in a %s", (_, kind) => {
        const stage = new FrontStage();
        let authority: TestAuthority;
        beforeAll(async () => {
            await stage.open();
            await stage.usePlaceholder();
            authority = new TestAuthority(stage.folder);
        });
        afterAll(() => stage.close());
        beforeEach(() => {
            for (const name of ["certificate.pem", "certificates", "challenges"]) {
                rmSync(path.join(stage.store, name), { recursive: true, force: true });
            }
        });

        const pem = async () => {
            const { chain, key } = await authority.leaf(HOST);
            return { chain, key, serialNumber: new X509Certificate(chain).serialNumber };
        };

        /** As the issuer does it. */
        const put = (file: string, text: string) => {
            const at = path.join(stage.store, file);
            mkdirSync(path.dirname(at), { recursive: true });
            writeFileSync(`${at}.new`, text);
            renameSync(`${at}.new`, at);
        };

        const served = async () => {
            const { stdout } = await stage.inside([
                ...["openssl", "s_client", "-connect", `127.0.0.1:${kind.https}`, "-servername", HOST],
            ]);
            const found = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(stdout)?.[0] ?? "";
            return new X509Certificate(found).serialNumber;
        };

        const serving = (serialNumber: string) =>
            eventually(async () => (await served()) === serialNumber, 15_000);

        const ask = (at: string, ...options: string[]): Promise<Answer> =>
            stage.curl(
                `http://127.0.0.1:${kind.http}${at}`,
                ...["--path-as-is", "--header", `Host: ${HOST}`, ...options],
            );

        it.sequential(
            "is what a new front serves at once, and its certificate of this name before the last of all",
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

        it.sequential("may hold what cannot be served: the certificate before it goes on", async () => {
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

        it.sequential("answers challenges on port 80, and nothing else that lies there", async () => {
            await kind.start(stage);
            const at = "/.well-known/acme-challenge/";
            const folder = `challenges${at}`;
            put(`${folder}${TOKEN}`, ANSWER);
            put(`${folder}other`, ANSWER);
            put(`${folder}secret`, "secret.of somebody else");
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
            // Everything else goes on to be sent to HTTPS, or to the model that may be asked here.
            expect((await ask("/.well-known/other")).status).toBe(308);
            rmSync(path.join(stage.store, `${folder}${TOKEN}`));
            expect(await eventually(async () => (await ask(at + TOKEN)).status === 404, 15_000)).toBe(true);
        });

        it.sequential(
            "may be empty: the front is ready, and says to clients that the certificate is pending",
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

        it.sequential("may hang: who serves does not wait for it", async () => {
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
            // Nothing stays behind, as soon as it has been reaped.
            expect(await eventually(() => !existsSync(`/proc/${copier}`), 5_000)).toBe(true);
        });
    });
});
