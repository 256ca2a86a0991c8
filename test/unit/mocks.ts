import * as settings from "@pulumi/pulumi/runtime/settings";

/** What Pulumi's types do not tell. */
interface Internals {
    getMonitor(): { registerResourceHook: unknown };
    waitForRPCs(): Promise<void>;
}

const internals = settings as unknown as Internals;

/** Pulumi's mocks know no resource hooks. After this they take them, and call none. */
export function acceptHooks(): void {
    internals.getMonitor().registerResourceHook = (_request: unknown, done: (error: null) => void) =>
        done(null);
}

/** Children are registered after the constructor has returned: this waits until all are. */
export async function registrations(): Promise<void> {
    await internals.waitForRPCs();
}
