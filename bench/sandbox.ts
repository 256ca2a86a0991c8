import { execa } from "execa";
import { sandboxDown, sandboxReset, sandboxStatus } from "../sandbox/lifecycle/sandbox";
import { claimedSandbox } from "../sandbox/testing/test-sandbox";
import { ROOT } from "../machine/root";
import { printAbsolute } from "./report";

const MEBIBYTE = 1024 ** 2;

/** Measures `npm run up` with cached tools and no state, `npm run up` without a change, and the memory of the sandbox. */
export async function benchSandbox(): Promise<void> {
    const instance = claimedSandbox();
    const environment = { AZURE_SECURE_INFERENCE_SANDBOX: String(instance.number) };
    await sandboxReset(instance);
    try {
        printAbsolute("npm run up, from nothing with warm caches", await upSeconds(environment), "s", 30);
        printAbsolute("npm run up, nothing to change", await upSeconds(environment), "s", 30);
        const { memory } = await sandboxStatus(instance);
        printAbsolute("sandbox with its model", memory / MEBIBYTE, "MiB", 1024);
    } finally {
        await sandboxDown(instance);
        await sandboxReset(instance);
    }
}

async function upSeconds(environment: NodeJS.ProcessEnv): Promise<number> {
    const started = performance.now();
    await execa("npm", ["run", "up"], { cwd: ROOT, env: environment, stdin: "ignore", all: true });
    return (performance.now() - started) / 1000;
}
