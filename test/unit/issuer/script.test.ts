import {
    chmodSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execa, type ResultPromise } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STORE_FOLDER } from "../../../components/front";
import { issuerContainerCommand, issuerEnvironment } from "../../../components/issuer";
import { eventually } from "../../../sandbox/processes/wait";

const PACE = { longest: 1, firstRetry: 1, lease: 2, challengeDelay: 1 };

/** The script with a stand-in for lego: what it does when a store or an authority behaves badly. */
describe.skipIf(process.platform !== "linux")("the issuer's script", () => {
    let folder = "";
    let store = "";
    let running: ResultPromise<{ reject: false; all: true }> | undefined;
    let log = "";

    beforeEach(() => {
        folder = mkdtempSync(path.join(os.tmpdir(), "issuer-script-"));
        store = path.join(folder, "store");
        mkdirSync(store);
    });

    afterEach(async () => {
        running?.kill("SIGTERM");
        await running;
        rmSync(folder, { recursive: true });
    });

    /** @param lego what the stand-in does when it is to run, in shell */
    const start = (lego: string, change: (script: string) => string = script => script): void => {
        const program = path.join(folder, "lego");
        writeFileSync(program, `#!/bin/sh\n[ "$1" = run ] || exit 0\necho run >>${folder}/runs\n${lego}\n`);
        chmodSync(program, 0o755);
        const [shell = "", option = "", script = ""] = issuerContainerCommand;
        const env = {
            ...issuerEnvironment({
                hostnames: ["score.test"],
                directoryUrl: "https://authority.test/",
                pace: PACE,
            }),
            PATH: `${folder}:${process.env.PATH}`,
            TMPDIR: folder,
        };
        log = "";
        running = execa(shell, [option, change(script.replaceAll(STORE_FOLDER, store))], {
            env,
            reject: false,
            all: true,
        });
        running.all.on("data", (chunk: Buffer) => (log += chunk.toString()));
    };

    const runs = (): number => {
        try {
            return readFileSync(path.join(folder, "runs"), "utf8").split("\n").length - 1;
        } catch {
            return 0;
        }
    };

    it("orders nothing while the store has a certificate that it cannot read", async () => {
        mkdirSync(path.join(store, "issuer"));
        // A file whose reading fails with EIO, as on a share that is away.
        symlinkSync("/proc/self/mem", path.join(store, "issuer", "certificates.tar"));
        start("exit 1");
        const said = () => log.includes("certificates.tar cannot be read from the certificate store.");
        expect(await eventually(said, 15_000)).toBe(true);
        expect(runs()).toBe(0);
    });

    it("goes on after it has lost the store to another one, and could not give it back", async () => {
        start(`rm -rf ${store}/lease; exit 1`);
        expect(await eventually(() => runs() >= 2, 20_000)).toBe(true);
        expect(running?.exitCode ?? undefined).toBeUndefined();
    });

    it("ends a lego that does not end, says so, and tries again", async () => {
        start("exec sleep 600", script => script.replace("most_seconds=14400", "most_seconds=1"));
        expect(await eventually(() => runs() >= 2, 20_000)).toBe(true);
        expect(log).toContain("Attempt 1 failed");
        expect(log).toContain("lego had not ended after 1 seconds.");
    });

    it("clears away what was left half-written by one that was killed", async () => {
        mkdirSync(path.join(store, "issuer"));
        mkdirSync(path.join(store, "certificates"));
        const id = "0a1b2c3d-0000-4000-8000-000000000000";
        const left = [
            `certificate.pem.${id}.new`,
            `certificates/score.test.pem.${id}.new`,
            `issuer/.certificates.${id}.new`,
        ];
        for (const file of left) writeFileSync(path.join(store, file), "a key");
        start("exit 1");
        expect(await eventually(() => log.includes("Attempt 1 failed"), 15_000)).toBe(true);
        const files = readdirSync(store, { recursive: true }).map(String);
        expect(files.filter(file => left.includes(file))).toEqual([]);
    });
});
