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
import { issuerContainerCommand, issuerEnvironment } from "../../../components/issuer";
import { eventually } from "../../../sandbox/processes/wait";
import { shellCommand, SHELLS } from "./shells";

const SCRIPT = path.join(__dirname, "../../../components/issuer/scripts/issuer.sh");
const PACE = { longest: 1, firstRetry: 1, lease: 2, challengeDelay: 1 };

/** Runs the script with a fake lego: how it handles misbehaving stores and authorities. */
describe.skipIf(process.platform !== "linux").each(SHELLS)("the issuer's script, in %s", shell => {
    let folder = "";
    let store = "";
    let running: ResultPromise<{ reject: false; all: true; stdin: "ignore" }> | undefined;
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

    const environment = () => ({
        ...issuerEnvironment({
            hostnames: ["score.test"],
            directoryUrl: "https://authority.test/",
            pace: PACE,
        }),
        CERTIFICATE_STORE: store,
        PATH: `${folder}:${process.env.PATH}`,
        TMPDIR: folder,
    });

    /** @param lego shell code of the fake `lego run` */
    const start = async (lego: string, more: Record<string, string> = {}): Promise<void> => {
        const program = path.join(folder, "lego");
        writeFileSync(program, `#!/bin/sh\n[ "$1" = run ] || exit 0\necho run >>${folder}/runs\n${lego}\n`);
        chmodSync(program, 0o755);
        const [command, ...args] = await shellCommand(shell);
        const env = { ...environment(), ...more };
        log = "";
        running = execa(command, [...args, SCRIPT], { env, reject: false, all: true, stdin: "ignore" });
        running.all.on("data", (chunk: Buffer) => (log += chunk.toString()));
    };

    const runs = (): number => {
        try {
            return readFileSync(path.join(folder, "runs"), "utf8").split("\n").length - 1;
        } catch {
            return 0;
        }
    };

    const publish = `
        mkdir -p "$LEGO_PATH/certificates"
        echo chain >"$LEGO_PATH/certificates/$LEGO_CERT_NAME.crt"
        echo key >"$LEGO_PATH/certificates/$LEGO_CERT_NAME.key"`;

    it("publishes the certificate once, and reports it", async () => {
        await start(publish);
        expect(await eventually(() => runs() >= 2, 20_000)).toBe(true);
        const { LEGO_CERT_NAME: name } = environment() as unknown as { LEGO_CERT_NAME: string };
        for (const file of ["certificate.pem", `certificates/${name}.pem`]) {
            expect(readFileSync(path.join(store, file), "utf8")).toBe("chain\nkey\n");
        }
        const report = readFileSync(path.join(store, "certificates", `${name}.json`), "utf8");
        expect(JSON.parse(report)).toMatchObject({ state: "valid", names: "score.test", failures: 0 });
        expect(log.match(/A new certificate for score\.test is in the store/g)).toHaveLength(1);
    });

    it("orders nothing while the certificate in the store cannot be read", async () => {
        mkdirSync(path.join(store, "issuer"));
        // Reading this file fails with EIO, like on an unreachable share.
        symlinkSync("/proc/self/mem", path.join(store, "issuer", "certificates.tar"));
        await start("exit 1");
        const reported = () => log.includes("certificates.tar cannot be read from the certificate store.");
        expect(await eventually(reported, 15_000)).toBe(true);
        expect(runs()).toBe(0);
    });

    it("continues when the lease was deleted and cannot be released", async () => {
        await start(`rm -rf ${store}/lease; exit 1`);
        expect(await eventually(() => runs() >= 2, 20_000)).toBe(true);
        expect(running?.exitCode ?? undefined).toBeUndefined();
    });

    it("kills a lego that does not end, reports it, and tries again", async () => {
        await start("exec sleep 600", { ORDER_TIMEOUT_SECONDS: "1" });
        expect(await eventually(() => runs() >= 2, 20_000)).toBe(true);
        expect(log).toContain("Attempt 1 failed");
        expect(log).toContain("lego was killed after 1 seconds.");
    });

    it("deletes incomplete files of an issuer that was killed", async () => {
        mkdirSync(path.join(store, "issuer"));
        mkdirSync(path.join(store, "certificates"));
        const id = "0a1b2c3d-0000-4000-8000-000000000000";
        const incomplete = [
            `certificate.pem.${id}.new`,
            `certificates/score.test.pem.${id}.new`,
            `issuer/.certificates.${id}.new`,
        ];
        for (const file of incomplete) writeFileSync(path.join(store, file), "a key");
        await start("exit 1");
        expect(await eventually(() => log.includes("Attempt 1 failed"), 15_000)).toBe(true);
        const files = readdirSync(store, { recursive: true }).map(String);
        expect(files.filter(file => incomplete.includes(file))).toEqual([]);
    });

    it("stops on SIGTERM, releases the lease and ends lego", async () => {
        await start(`echo $$ >${folder}/lego-pid; exec sleep 600`);
        expect(await eventually(() => runs() === 1, 15_000)).toBe(true);
        running?.kill("SIGTERM");
        expect((await running)?.exitCode).toBe(0);
        expect(readdirSync(path.join(store, "lease", "1"))).toContain("released");
        const pid = Number(readFileSync(path.join(folder, "lego-pid"), "utf8"));
        expect(await eventually(() => !isRunning(pid), 5_000)).toBe(true);
    });
});

describe("the issuer's command", () => {
    it("contains no $$, which Kubernetes would replace by $", () => {
        expect(issuerContainerCommand.filter(part => part.includes("$$"))).toEqual([]);
    });

    it("passes no settings as arguments, which every process on the machine can read", () => {
        const command = issuerContainerCommand.join("\n");
        expect(command).toContain('"$LEGO" run >');
        expect(command).not.toMatch(/HMAC|hmac/);
    });
});

function isRunning(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}
