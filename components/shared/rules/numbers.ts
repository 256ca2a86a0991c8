import type { Rule } from ".";

/** The largest number of most fields of Azure and Kubernetes. */
export const LARGEST_INT32 = 2_147_483_647;

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number, unit: string): Rule<number> {
    return value => {
        if (Number.isInteger(value) && value >= least && value <= most) return undefined;
        return `is ${shown(value)}; give a whole number from ${least} to ${most} (${unit})`;
    };
}

/** More than nothing, at most `most`. */
export function positiveAmount(most: number, unit: string): Rule<number> {
    return value => {
        if (Number.isFinite(value) && value > 0 && value <= most) return undefined;
        return `is ${shown(value)}; give a number above 0, at most ${most} (${unit})`;
    };
}

/** A port of TCP. */
export const tcpPort: Rule<number> = port =>
    Number.isInteger(port) && port >= 1 && port <= 65535
        ? undefined
        : `is ${shown(port)}; give a port from 1 to 65535`;

/** Values from configuration files and other languages may be of any kind. */
function shown(value: unknown): string {
    return typeof value === "number" ? String(value) : `${JSON.stringify(value)}, not a number`;
}
