import { execa } from "execa";
import { sandboxDown, sandboxReset, sandboxStatus } from "../sandbox/lifecycle/sandbox";
import { sandboxInstance } from "../sandbox/instance";
import { ROOT } from "../machine/root";
import { printAbsolute } from "./report";

const MEBIBYTE = 1024 ** 2;

/** `npm run up` from nothing with all tools cached, then with nothing to change, and the memory that stays taken. */
export async function benchSandbox(): Promise<void> {
    const environment = { AZURE_SECURE_INFERENCE_SANDBOX: "2" };
    const instance = sandboxInstance(environment);
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
