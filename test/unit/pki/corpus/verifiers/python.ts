import * as path from "node:path";
import { execa } from "execa";
import type { Verifier, Verdict } from "./verifier";
import { verifierInput } from "./verifier-input";

/** The checks of Python 3.13. The script enables them explicitly, so Python 3.10 with OpenSSL 3 is enough. */
export const python: Verifier = {
    name: "python",
    verify: async scenarios => {
        const input = JSON.stringify(scenarios.map(verifierInput));
        const script = path.join(__dirname, "python.py");
        const { stdout, exitCode, code } = await execa("python3", [script], { input, reject: false });
        if (code === "ENOENT" || exitCode === TOO_OLD) {
            throw new Error(
                "This test needs Python 3.10 or later with OpenSSL 3. Install it and put it in PATH.",
            );
        }
        return (JSON.parse(stdout) as (string | null)[]).map((verdict): Verdict => verdict ?? undefined);
    },
};

/** The exit status of python.py when Python is older than 3.10 or OpenSSL older than 3.0. */
const TOO_OLD = 77;
