/** `tsx build-main.ts <needs>` builds in a process of low priority; see background.ts. */
import { build, type Needs } from "./builds";

build(process.argv[2] as Needs).catch((error: unknown) => {
    // The tests that need it build it again and report the error.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
