import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/**
 * What tells a process from a later one with the same id: when it started. `undefined` when no such process runs;
 * a zombie does not run.
 */
export function processStart(pid: number): string | undefined {
    if (!existsSync("/proc/self/stat")) return startByPs(pid);
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (fields[0] === "Z" || fields[0] === "X") return undefined;
        // Field 22 of proc(5): clock ticks after boot. The boot's id makes it unique across reboots.
        return `${bootId()}-${fields[19]}`;
    } catch {
        return undefined;
    }
}

/** Proportional set size of a process in bytes: its own memory and its share of what it has in common with others. */
export function proportionalMemory(pid: number): number {
    try {
        const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
        return Number(kibibytes ?? 0) * 1024;
    } catch {
        return 0;
    }
}

/** Sends a signal; a process that has ended meanwhile is what the sender wanted anyway. */
export function signal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

/** Every process that can be seen. */
export function allProcesses(): number[] {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function bootId(): string {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** For systems without /proc, such as macOS. */
function startByPs(pid: number): string | undefined {
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
