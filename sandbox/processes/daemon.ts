/** Long-running programs of a sandbox: start, find and stop them. Each has a process id file and a log in the state folder. */
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
import { processStart, sendSignal } from "./processes";
import { eventually } from "./wait";

/** A long-running program of the sandbox. */
export interface Daemon {
    /** Base name of its process id file and of its log. */
    name: string;
    /** Program and arguments. Every user of the machine can read arguments, so they contain no secrets. */
    command: readonly string[];
    /** @default the environment of this process */
    environment?: NodeJS.ProcessEnv;
    /** `cgroup.procs` files of the control groups that it joins. */
    controlGroups?: readonly string[];
}

/** A log above this size in bytes is renamed to `*.old` when its daemon starts again. */
const LARGE_LOG = 10 * 1024 * 1024;

/** Joins the control groups given before `--`, then executes the command given after it. */
const ENTER_CONTROL_GROUPS = 'while [ "$1" != -- ]; do echo $$ > "$1"; shift; done; shift; exec "$@"';

/**
 * Starts a daemon in its own session, unless it is already running.
 * @returns whether it was started
 */
export function startDaemon(instance: SandboxInstance, daemon: Daemon): boolean {
    if (runningDaemon(instance, daemon.name) !== undefined) return false;
    const log = logFile(instance, daemon.name);
    for (const folder of [path.dirname(log), pidFolder(instance)])
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
    if (child.pid === undefined) throw new Error(`${daemon.name}: the process could not be started.`);
    writeFileSync(pidFile(instance, daemon.name), `${child.pid}\n${processStart(child.pid)}\n`, {
        mode: 0o600,
    });
    return true;
}

/**
 * The process id of a running daemon. The recorded start time is compared, so that another process which got the same id
 * later is not mistaken for the daemon.
 */
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
 * Stops daemons: sends SIGTERM to all, waits, then sends SIGKILL to those that are still running.
 * @param gracePeriod milliseconds between SIGTERM and SIGKILL
 */
export async function stopDaemons(
    instance: SandboxInstance,
    names: readonly string[],
    gracePeriod = 5_000,
): Promise<void> {
    const running = () => names.map(name => runningDaemon(instance, name)).filter(pid => pid !== undefined);
    for (const pid of running()) sendSignal(pid, "SIGTERM");
    if (!(await eventually(() => running().length === 0, gracePeriod))) {
        for (const pid of running()) sendSignal(pid, "SIGKILL");
        await eventually(() => running().length === 0, 5_000);
    }
    for (const name of names) rmSync(pidFile(instance, name), { force: true });
}

/** The file that receives standard output and standard error of a daemon. */
export function logFile(instance: SandboxInstance, name: string): string {
    return path.join(instance.stateFolder, "log", `${name}.log`);
}

/** The last lines of a daemon's log, for error messages. */
export function logTail(instance: SandboxInstance, name: string, lines = 12): string {
    try {
        return readFileSync(logFile(instance, name), "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
        return "(no log file)";
    }
}

function pidFolder(instance: SandboxInstance): string {
    return path.join(instance.stateFolder, "run");
}

function pidFile(instance: SandboxInstance, name: string): string {
    return path.join(pidFolder(instance), `${name}.pid`);
}
