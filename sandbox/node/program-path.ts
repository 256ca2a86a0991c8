import { existsSync } from "node:fs";
import * as path from "node:path";

/** Path of an installed program: the first match in PATH. Symbolic links are not resolved. */
export function programOnPath(program: string): string | undefined {
    return (process.env.PATH ?? "")
        .split(":")
        .map(folder => path.join(folder, program))
        .find(file => path.isAbsolute(file) && existsSync(file));
}
