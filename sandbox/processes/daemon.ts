import { spawn } from "node:child_process";
import {
    closeSync,
    existsSync,
    mkdirSync,
    openSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";
import { processStart, signal } from "./processes";
import { eventually } from "./wait";

/** A long-running program of the sandbox. */
export interface Daemon {
    /** Names its process id file and its log. */
    name: string;
    /** Program and arguments. Arguments can be read by every user of the machine, so they hold no secrets. */
    command: readonly string[];
    /** @default this process's environment */
    environment?: NodeJS.ProcessEnv;
    /** `cgroup.procs` files of the control groups that it belongs to. */
    controlGroups?: readonly string[];
}

/** A log that has grown larger than this is put aside when its daemon starts again. Bytes. */
const LARGE_LOG = 10 * 1024 * 1024;

/** Enters the control groups that come first in its arguments, up to `--`, then becomes the rest. */
const ENTER_CONTROL_GROUPS = 'while [ "$1" != -- ]; do echo $$ > "$1"; shift; done; shift; exec "$@"';

/**
 * Starts a daemon in a session of its own, unless it runs already.
 * @returns whether it had to be started
 */
export function startDaemon(instance: SandboxInstance, daemon: Daemon): boolean {
    if (runningDaemon(instance, daemon.name) !== undefined) return false;
    const log = logFile(instance, daemon.name);
    for (const folder of [path.dirname(log), runFolder(instance)])
        mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (existsSync(log) && statSync(log).size > LARGE_LOG) renameSync(log, `${log}.old`);

    const output = openSync(log, "a", 0o600);
    const groups = daemon.controlGroups ?? [];
    const child = spawn("/bin/sh", ["-c", ENTER_CONTROL_GROUPS, "sh", ...groups, "--", ...daemon.command], {
        cwd: "/",
        detached: true,
        env: daemon.environment ?? process.env,
        stdio: ["ignore", output, output],
    });
    closeSync(output);
    child.unref();
    if (child.pid === undefined) throw new Error(`${daemon.name} could not be started.`);
    writeFileSync(pidFile(instance, daemon.name), `${child.pid}\n${processStart(child.pid)}\n`, {
        mode: 0o600,
    });
    return true;
}

/** The process id of a daemon that runs. A process that got its id later is not taken for it. */
export function runningDaemon(instance: SandboxInstance, name: string): number | undefined {
    let text: string;
    try {
        text = readFileSync(pidFile(instance, name), "utf8");
    } catch {
        return undefined;
    }
    const [pid, start] = text.split("\n");
    return start && processStart(Number(pid)) === start ? Number(pid) : undefined;
}

/**
 * Ends daemons: asks them all, then waits, then kills those that have not ended.
 * @param patience milliseconds between asking and killing
 */
export async function stopDaemons(
    instance: SandboxInstance,
    names: readonly string[],
    patience = 5_000,
): Promise<void> {
    const running = () => names.map(name => runningDaemon(instance, name)).filter(pid => pid !== undefined);
    for (const pid of running()) signal(pid, "SIGTERM");
    if (!(await eventually(() => running().length === 0, patience))) {
        for (const pid of running()) signal(pid, "SIGKILL");
        await eventually(() => running().length === 0, 5_000);
    }
    for (const name of names) rmSync(pidFile(instance, name), { force: true });
}

/** Where a daemon writes what it has to say. */
export function logFile(instance: SandboxInstance, name: string): string {
    return path.join(instance.stateFolder, "log", `${name}.log`);
}

/** The last lines of a daemon's log, to show why it did not start. */
export function lastWords(instance: SandboxInstance, name: string, lines = 12): string {
    try {
        return readFileSync(logFile(instance, name), "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
        return "(it has written no log)";
    }
}

function runFolder(instance: SandboxInstance): string {
    return path.join(instance.stateFolder, "run");
}

function pidFile(instance: SandboxInstance, name: string): string {
    return path.join(runFolder(instance), `${name}.pid`);
}
