import * as path from "node:path";
import { execa } from "execa";
import type { Judge, Verdict } from "./judge";
import { questionOf } from "./question";

/** Which python3 is there does not matter: the script asks for what Python 3.13 does by itself. */
export const python: Judge = {
    name: "python",
    judge: async scenes => {
        const input = JSON.stringify(scenes.map(questionOf));
        const script = path.join(__dirname, "python.py");
        const { stdout, exitCode, code } = await execa("python3", [script], { input, reject: false });
        if (code === "ENOENT" || exitCode === TOO_OLD) return undefined;
        return (JSON.parse(stdout) as (string | null)[]).map((verdict): Verdict => verdict ?? undefined);
    },
};

const TOO_OLD = 77;
