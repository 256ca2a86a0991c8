import * as path from "node:path";
import { execa } from "execa";
import type { Verifier } from "./verifier";
import { verifierInput } from "./verifier-input";

/** The checks of a client written in Java. Needs a JDK, version 17 or later. */
export const java: Verifier = {
    name: "java",
    verify: async scenarios => {
        const { stdout: modules = "" } = await execa("java", ["--list-modules"], { reject: false });
        const [, version] = /^jdk\.compiler@(\d+)/m.exec(modules) ?? [];
        if (version === undefined || Number(version) < 17) {
            throw new Error("This test needs a JDK, version 17 or later. Install one and put java in PATH.");
        }
        const base64 = (text: string) => Buffer.from(text).toString("base64");
        const input = scenarios
            .map(verifierInput)
            .map(({ hostname, at, chain, roots }) => `${hostname} ${at} ${base64(chain)} ${base64(roots)}\n`);
        // The class that checks host names is internal to the JDK.
        const exported = "--add-exports=java.base/sun.security.util=ALL-UNNAMED";
        const source = path.join(__dirname, "Verifier.java");
        const { stdout } = await execa("java", [exported, source], {
            input: input.join(""),
            stripFinalNewline: false,
        });
        return stdout.split("\n").slice(0, scenarios.length);
    },
};
