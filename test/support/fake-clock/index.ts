import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { debianPackages } from "../../../machine/debian";

/** Where a container sees the folder of its clock. */
const INSIDE = "/run/clock";
const LIBRARY = "clock.so";

/** Moves the time of day of a container forward. Its timers and time-outs are not affected. */
export class FakeClock {
    private constructor(private readonly folder: string) {}

    /** @param folder where the clock keeps its library and its time; created */
    static async create(folder: string): Promise<FakeClock> {
        mkdirSync(folder);
        const tree = await debianPackages(["gcc", "libc6-dev"]);
        const source = path.join(__dirname, "clock.c");
        const flags = ["-shared", "-fPIC", "-O2", "-o", path.join(folder, LIBRARY)];
        await execa("gcc", [...flags, source], { env: tree.environment });
        const clock = new FakeClock(folder);
        clock.set(0);
        return clock;
    }

    /** Folders that the container mounts. */
    get mounts(): Record<string, string> {
        return { [INSIDE]: this.folder };
    }

    /** The command that runs `command` with this clock. */
    command(command: readonly string[]): string[] {
        return ["env", `LD_PRELOAD=${INSIDE}/${LIBRARY}`, `CLOCK_FILE=${INSIDE}/seconds`, ...command];
    }

    /** @param hours after the real time */
    set(hours: number): void {
        const file = path.join(this.folder, "seconds");
        writeFileSync(`${file}.new`, String(Math.round(hours * 3600)));
        renameSync(`${file}.new`, file);
    }
}
