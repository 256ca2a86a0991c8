import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { iris, overTls } from "../support/front-settings";
import { TestAuthority } from "../support/front-certificates";
import { FrontStage, HOST } from "../support/front-stage";
import { CANNOT_RUN } from "../../sandbox/testing/requirements";

const NAME = "score.test-0a1b2c3d4e5f";
const TLS = { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000, storedCertificate: NAME } as const;

/** HAProxy takes this many connections for its commands at once; an abstract address of it is as long as it can be. */
const OCCUPY = `
    const { connect } = require("node:net");
    const path = "\\0front-commands".padEnd(108, "\\0");
    for (let one = 0; one < 10; one++) connect(path).on("error", error => { console.error(error); process.exit(1); });
    // Each is given up by HAProxy when nothing comes for ten seconds, and is too late for who waits behind it for five.
    setTimeout(() => process.exit(0), 9_000);
`;

describe.skipIf(CANNOT_RUN)(
    `a front that is too busy for its own commands${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`,
    () => {
        const stage = new FrontStage();
        let authority: TestAuthority;
        beforeAll(async () => {
            await stage.open();
            await stage.usePlaceholder();
            authority = new TestAuthority(stage.folder);
        });
        afterAll(() => stage.close());

        const served = async () => {
            const { stdout } = await stage.inside([
                ...["openssl", "s_client", "-connect", "127.0.0.1:443", "-servername", HOST],
            ]);
            const found = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(stdout)?.[0] ?? "";
            return new X509Certificate(found).serialNumber;
        };

        it("serves a new certificate later, and says once that it could not", async () => {
            await stage.startFront(overTls({ tls: TLS, models: [iris()] }));
            const { chain, key } = await authority.leaf(HOST);
            const { serialNumber } = new X509Certificate(chain);
            const occupied = stage.inside([process.execPath, "-e", OCCUPY]);
            mkdirSync(path.join(stage.store, "certificates"), { recursive: true });
            writeFileSync(path.join(stage.store, "certificates", `${NAME}.pem`), chain + key);
            expect(await eventually(() => stage.refusals() > 0, 30_000)).toBe(true);
            expect(await served()).not.toBe(serialNumber);
            expect((await occupied).stderr).toBe("");
            expect(await eventually(async () => (await served()) === serialNumber, 60_000)).toBe(true);
            expect(stage.refusals()).toBe(1);
        });
    },
);
