/** The supported minor versions of Kubernetes, newest first, with their newest patch. */
const PATCHES: Readonly<Record<string, string>> = { "1.34": "1.34.4", "1.33": "1.33.8", "1.32": "1.32.12" };

/** The version of a cluster whose request has none. */
export const DEFAULT_VERSION = "1.34";

/** The full version for a requested one (`1.34` or `1.34.4`). Undefined if the version is not supported. */
export function fullVersion(requested: string): string | undefined {
    const [, minor = "", patch] = /^(\d+\.\d+)(?:\.(\d+))?$/.exec(requested) ?? [];
    const newest = PATCHES[minor];
    if (newest === undefined || patch === undefined) return newest;
    return Number(patch) <= Number(newest.split(".")[2]) ? requested : undefined;
}

/** The number of minor versions from one full version to another. Negative for a downgrade. */
export function minorsBetween(before: string, after: string): number {
    return Number(after.split(".")[1]) - Number(before.split(".")[1]);
}
