import * as path from "node:path";
import { execa } from "execa";
import type { Judge } from "./judge";
import { questionOf } from "./question";

/** What a client written in Java does. Where there is no JDK of 17 or newer it is not asked. */
export const java: Judge = {
    name: "java",
    judge: async scenes => {
        const { stdout: modules = "" } = await execa("java", ["--list-modules"], { reject: false });
        const [, version] = /^jdk\.compiler@(\d+)/m.exec(modules) ?? [];
        if (version === undefined || Number(version) < 17) return undefined;
        const base64 = (text: string) => Buffer.from(text).toString("base64");
        const input = scenes
            .map(questionOf)
            .map(({ hostname, at, chain, roots }) => `${hostname} ${at} ${base64(chain)} ${base64(roots)}\n`);
        // The checker of names is not for everybody.
        const exported = "--add-exports=java.base/sun.security.util=ALL-UNNAMED";
        const source = path.join(__dirname, "Judge.java");
        const { stdout } = await execa("java", [exported, source], {
            input: input.join(""),
            stripFinalNewline: false,
        });
        return stdout.split("\n").slice(0, scenes.length);
    },
};
