import { readFile, readdir } from "node:fs/promises";

/** KiB of a process and all its descendants: each its share of what they have in common (proportional set size). */
export async function memoryOf(pid: number): Promise<number> {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
    let sum = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    for (const task of await readdir(`/proc/${pid}/task`)) {
        const children = await readFile(`/proc/${pid}/task/${task}/children`, "utf8");
        for (const child of children.split(" ").filter(Boolean)) sum += await memoryOf(Number(child));
    }
    return sum;
}
