import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/**
 * The start time of a process, as text that differs between two processes with the same id. `undefined` when no process
 * with this id is running; a zombie is not running.
 */
export function processStart(pid: number): string | undefined {
    if (!existsSync("/proc/self/stat")) return startTimeFromPs(pid);
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // The second field is the program's name in parentheses. The name may contain spaces and parentheses.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (fields[0] === "Z" || fields[0] === "X") return undefined;
        // Field 22 of proc(5) is the start in clock ticks after boot. The boot id makes it unique across reboots.
        return `${bootId()}-${fields[19]}`;
    } catch {
        return undefined;
    }
}

/** Proportional set size of a process in bytes: its private memory and its share of memory used by several processes. */
export function proportionalMemory(pid: number): number {
    try {
        const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
        return Number(kibibytes ?? 0) * 1024;
    } catch {
        return 0;
    }
}

/** Sends a signal. It is no error if the process has already ended. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

/** Ids of all processes in /proc. */
export function allProcesses(): number[] {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function bootId(): string {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** The start time for systems without /proc, such as macOS. */
function startTimeFromPs(pid: number): string | undefined {
    try {
        const [state = "Z", ...started] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
        })
            .trim()
            .split(/\s+/);
        return state.startsWith("Z") ? undefined : started.join("-");
    } catch {
        return undefined;
    }
}
