/** The README's commands, as a user types them: `npm run up`, the curl command that it prints, `npm run up` again, and `npm run down`. */
import { existsSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../machine/root";
import type { SandboxInstance } from "../../sandbox/instance";
import { sandboxReset } from "../../sandbox/lifecycle/sandbox";
import { hostFootprint } from "../../sandbox/test/node/sandbox-footprint";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { claimedSandbox } from "../../sandbox/testing/test-sandbox";

/** No other test uses this number, so this file may use another folder for its state. */
const NUMBER = 5;
/**
 * The same folder in each run, so that a run removes the remains of an interrupted one. Short, because the paths of
 * sockets below it are limited to 108 bytes.
 */
const STATE_HOME = path.join(os.tmpdir(), "first-minutes");
/** Starting the sandbox, its images and the model, beside other tests. */
const TWENTY_MINUTES = 20 * 60_000;

/** Names of this sandbox's namespace, control groups and folders. */
const OURS = new RegExp(`(inference|sandbox)-${NUMBER}\\b`);

describe.skipIf(CANNOT_RUN)(titled("the first minutes"), () => {
    const environment = {
        AZURE_SECURE_INFERENCE_SANDBOX: String(NUMBER),
        XDG_STATE_HOME: STATE_HOME,
        NO_COLOR: "1",
    };
    let instance: SandboxInstance;
    let previousStateHome: string | undefined;
    let printed = "";

    const npmRun = (command: string) =>
        execa("npm", ["run", command], {
            cwd: ROOT,
            env: environment,
            stdin: "ignore",
            all: true,
            reject: false,
        });

    beforeAll(async () => {
        previousStateHome = process.env.XDG_STATE_HOME;
        process.env.XDG_STATE_HOME = STATE_HOME;
        instance = claimedSandbox([NUMBER]);
        await sandboxReset(instance);
    });

    afterAll(async () => {
        if (instance) await sandboxReset(instance);
        if (previousStateHome === undefined) delete process.env.XDG_STATE_HOME;
        else process.env.XDG_STATE_HOME = previousStateHome;
    });

    it(
        "deploys a model with npm run up, and ends with its score and a curl command",
        async () => {
            const { all, exitCode } = await npmRun("up");
            expect(exitCode, all).toBe(0);
            printed = all;
            expect(all).toMatch(/answers at https:\/\/\S+\/score$/m);
            expect(() => JSON.parse(scoreIn(all)) as unknown, scoreIn(all)).not.toThrow();
            expect(curlIn(all)).toMatch(/^curl /);
        },
        TWENTY_MINUTES,
    );

    it("gives the same score to the printed curl command", async () => {
        const { all, exitCode, stdout } = await execa("bash", ["-c", curlIn(printed)], {
            cwd: ROOT,
            env: environment,
            stdin: "ignore",
            all: true,
            reject: false,
        });
        expect(exitCode, all).toBe(0);
        expect(JSON.parse(stdout)).toEqual(JSON.parse(scoreIn(printed)));
    });

    it("changes nothing with a second npm run up", async () => {
        const { all, exitCode } = await npmRun("up");
        expect(exitCode, all).toBe(0);
        expect(all).toMatch(/^Nothing changed/m);
        expect(curlIn(all)).toBe(curlIn(printed));
    });

    it("leaves no process, mount, control group or network namespace after npm run down", async () => {
        const running = await traces();
        // Before, the search finds something: otherwise an empty result would prove nothing. The node has its own mount namespace.
        expect(running.processes).not.toEqual([]);
        expect(running.controlGroups).not.toEqual([]);

        const { all, exitCode } = await npmRun("down");
        expect(exitCode, all).toBe(0);
        expect(await traces()).toEqual({ processes: [], mounts: [], controlGroups: [] });
        expect(existsSync(`/run/netns/${instance.namespace}`)).toBe(false);
        // The state stays: the README says so.
        expect(existsSync(instance.stateFolder)).toBe(true);
    });

    /** What on this machine mentions this sandbox. Other sandboxes may run at the same time. */
    async function traces() {
        const { processes, mounts, controlGroups } = await hostFootprint(instance);
        const ours = (line: string) => line.includes(STATE_HOME) || OURS.test(line);
        return {
            processes: processes.filter(ours),
            mounts: mounts.filter(ours),
            controlGroups: controlGroups.filter(ours),
        };
    }
});

function scoreIn(text: string): string {
    return /^and scores the sample request: (.*)$/m.exec(text)?.[1] ?? "";
}

/** The command, which ends at the first line without a backslash. */
function curlIn(text: string): string {
    return /^curl (?:.*\\\n)*.*$/m.exec(text)?.[0] ?? "";
}
