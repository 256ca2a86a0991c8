import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../sandbox/processes/wait";
import { overTls } from "../support/front-settings";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { FrontStage, HOST } from "../support/front-stage";

const NAME = "score.test-0a1b2c3d4e5f";
const TLS = { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000, storedCertificate: NAME } as const;

/**
 * Opens as many connections to HAProxy's runtime commands as it accepts at once. HAProxy closes an idle connection after ten
 * seconds; the front gives up a command after five.
 */
const OCCUPY = `
    const { connect } = require("node:net");
    const path = process.argv[1];
    for (let one = 0; one < 10; one++) connect(path).on("error", error => { console.error(error); process.exit(1); });
    setTimeout(() => process.exit(0), 9_000);
`;

describe.skipIf(CANNOT_RUN)(titled("a front whose runtime commands are busy"), () => {
    const stage = new FrontStage();
    beforeAll(() => stage.openWithPlaceholder());
    afterAll(() => stage.close());

    it("serves a new certificate later, and logs the first failure only", async () => {
        await stage.startFront(overTls({ tls: TLS }));
        const { chain, key } = await stage.authority.leaf(HOST);
        const { serialNumber } = new X509Certificate(chain);
        const socket = `/proc/${stage.frontPid}/root/tmp/front-commands.sock`;
        const occupied = stage.inside([process.execPath, "-e", OCCUPY, socket]);
        mkdirSync(path.join(stage.store, "certificates"), { recursive: true });
        writeFileSync(path.join(stage.store, "certificates", `${NAME}.pem`), chain + key);
        expect(await eventually(() => stage.refusals() > 0, 30_000)).toBe(true);
        expect(await stage.servedSerial()).not.toBe(serialNumber);
        expect((await occupied).stderr).toBe("");
        const replaced = eventually(async () => (await stage.servedSerial()) === serialNumber, 60_000);
        expect(await replaced).toBe(true);
        expect(stage.refusals()).toBe(1);
    });
});
