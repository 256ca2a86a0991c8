import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issuerContainerCommand, issuerHeartbeatCommand } from "../../../components/issuer";
import { eventually } from "../../../sandbox/processes/wait";
import { issue, ScriptStage } from "./script-stage";
import { SHELLS } from "./shells";

/** Runs the script with a fake lego: how it handles misbehaving stores and authorities. */
describe.skipIf(process.platform !== "linux").each(SHELLS)("the issuer's script, in %s", shell => {
    let stage: ScriptStage;

    beforeEach(() => {
        stage = new ScriptStage(shell);
    });

    afterEach(() => stage.close());

    it("publishes the certificate once, and reports it", async () => {
        const issuer = await stage.start(
            `[ -e "$FOLDER/issued" ] || { ${issue()}; }; touch "$FOLDER/issued"`,
        );
        expect(await eventually(() => issuer.runs() >= 2, 20_000)).toBe(true);
        for (const file of ["certificate.pem", `certificates/${stage.certificateName()}.pem`]) {
            expect(stage.read(file)).toBe("chain\nkey\n");
        }
        expect(stage.report()).toMatchObject({
            state: "valid",
            names: "score.test",
            missing: "",
            failures: 0,
        });
        expect(issuer.log().match(/A new certificate for score\.test is in the store/g)).toHaveLength(1);
    });

    it("orders nothing while the certificate in the store cannot be read", async () => {
        mkdirSync(path.join(stage.store, "issuer"));
        // Reading this file fails with EIO, like on an unreachable share.
        symlinkSync("/proc/self/mem", path.join(stage.store, "issuer", "certificates.tar"));
        const issuer = await stage.start("exit 1");
        const reported = () =>
            issuer.log().includes("certificates.tar cannot be read from the certificate store.");
        expect(await eventually(reported, 15_000)).toBe(true);
        expect(issuer.runs()).toBe(0);
    });

    it("continues when the lease was deleted and cannot be released", async () => {
        const issuer = await stage.start(`rm -rf ${stage.store}/lease; exit 1`);
        expect(await eventually(() => issuer.runs() >= 2, 20_000)).toBe(true);
        expect(issuer.process.exitCode ?? undefined).toBeUndefined();
    });

    it("hides variables that lead azidentity away from the metadata service of a container group", async () => {
        const names = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT"];
        const issuer = await stage.start(`env >"$FOLDER/environment"; exit 1`, {
            env: Object.fromEntries(names.map(name => [name, "http://127.0.0.1:1/"])),
        });
        expect(await eventually(() => issuer.log().includes("Attempt 1 failed"), 15_000)).toBe(true);
        const environment = readFileSync(issuer.file("environment"), "utf8");
        expect(environment).toContain("LEGO_DOMAINS=score.test");
        for (const name of names) expect(environment).not.toContain(name);
    });

    const NO_ROLE = `echo 'level=ERROR msg=Error error="azuredns: RESPONSE 403 AuthorizationFailed"'; exit 1`;

    it("does not count attempts before its role on the zone works, and tries again soon", async () => {
        const issuer = await stage.start(
            `echo x >>"$FOLDER/tries"; [ "$(wc -l <"$FOLDER/tries")" -ge 3 ] && exec false; ${NO_ROLE}`,
        );
        expect(await eventually(() => issuer.log().includes("Attempt 1 failed"), 20_000)).toBe(true);
        expect(issuer.log()).toMatch(
            /not give access to the DNS zone yet \(attempt 1\)[^]*yet \(attempt 2\)[^]*Attempt 1/,
        );
        expect(issuer.log()).toContain("The next attempt is in 1 seconds");
    });

    it("writes a heartbeat also in a long pause", async () => {
        const file = path.join(stage.folder, "heartbeat");
        const issuer = await stage.start("exit 1", {
            settings: { pace: { longest: 600, firstRetry: 600, lease: 2, challengeDelay: 1 } },
            env: { HEARTBEAT_FILE: file },
        });
        expect(await eventually(() => issuer.log().includes("Attempt 1 failed"), 15_000)).toBe(true);
        expect(await eventually(() => existsSync(file), 5_000)).toBe(true);
        const check = async () => {
            const [command = "", ...args] = issuerHeartbeatCommand.map(part =>
                part.replace("/tmp/issuer/heartbeat", file),
            );
            return (await execa(command, args, { reject: false })).exitCode;
        };
        expect(await check()).toBe(0);
        issuer.signal("SIGKILL");
        const sixMinutesAgo = Date.now() / 1000 - 360;
        utimesSync(file, sixMinutesAgo, sixMinutesAgo);
        expect(await check()).toBe(1);
        rmSync(file);
        expect(await check()).toBe(1);
    });

    it("works without a place for its heartbeat", async () => {
        const issuer = await stage.start("exit 1", { env: { HEARTBEAT_FILE: "/nowhere/heartbeat" } });
        expect(await eventually(() => issuer.runs() >= 2, 20_000)).toBe(true);
    });

    it("kills a lego that does not end, reports it, and tries again", async () => {
        const issuer = await stage.start("exec sleep 600", { env: { ORDER_TIMEOUT_SECONDS: "1" } });
        expect(await eventually(() => issuer.runs() >= 2, 20_000)).toBe(true);
        expect(issuer.log()).toContain("Attempt 1 failed");
        expect(issuer.log()).toContain("lego was killed after 1 seconds.");
    });

    it("deletes incomplete files of an issuer of an earlier version that was killed", async () => {
        mkdirSync(path.join(stage.store, "issuer"));
        mkdirSync(path.join(stage.store, "certificates"));
        const id = "0a1b2c3d-0000-4000-8000-000000000000";
        const incomplete = [
            `certificate.pem.${id}.new`,
            `certificates/score.test.pem.${id}.new`,
            `issuer/.certificates.${id}.new`,
        ];
        for (const file of incomplete) writeFileSync(path.join(stage.store, file), "a key");
        const issuer = await stage.start("exit 1");
        expect(await eventually(() => issuer.log().includes("Attempt 1 failed"), 15_000)).toBe(true);
        expect(Object.keys(stage.contents()).filter(file => incomplete.includes(file))).toEqual([]);
    });

    it("stops on SIGTERM, releases the lease and ends lego", async () => {
        const issuer = await stage.start(`echo $$ >"$FOLDER/lego-pid"; exec sleep 600`);
        expect(await eventually(() => issuer.runs() === 1, 15_000)).toBe(true);
        expect((await issuer.stop()).exitCode).toBe(0);
        expect(readdirSync(path.join(stage.store, "lease", "1"))).toContain("released");
        const pid = Number(readFileSync(issuer.file("lego-pid"), "utf8"));
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
