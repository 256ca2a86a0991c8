/** Minor versions of Kubernetes that a region offers, newest first, with their newest patches. */
const PATCHES: Readonly<Record<string, string>> = { "1.34": "1.34.4", "1.33": "1.33.8", "1.32": "1.32.12" };

/** What a cluster gets that asks for none. */
export const DEFAULT_VERSION = "1.34";

/** The full version for one that was asked for (`1.34` or `1.34.4`); undefined when the region does not have it. */
export function fullVersion(wanted: string): string | undefined {
    const [, minor = "", patch] = /^(\d+\.\d+)(?:\.(\d+))?$/.exec(wanted) ?? [];
    const newest = PATCHES[minor];
    if (newest === undefined || patch === undefined) return newest;
    return Number(patch) <= Number(newest.split(".")[2]) ? wanted : undefined;
}

/** How many minor versions lie between two full versions; negative for a downgrade. */
export function minorsBetween(before: string, after: string): number {
    return Number(after.split(".")[1]) - Number(before.split(".")[1]);
}
