import type { Rule } from "./index";

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

/** Ports that Container Instances keeps for itself, from and to. */
const RESERVED_PORTS: ReadonlyArray<readonly [number, number]> = [
    [22, 22],
    [1025, 1027],
    [3389, 3399],
    [9999, 9999],
    [19000, 19000],
    [19080, 19080],
    [19100, 19100],
    [19390, 19390],
    [20000, 30000],
    [49152, 65534],
];

/** A port that the model can listen on: containers of a group share one network, so the front's are taken. */
export function modelPort(takenByFront: readonly number[]): Rule<number> {
    return port => {
        if (!Number.isInteger(port) || port < 1 || port > 65535) {
            return `is ${shown(port)}; give a port from 1 to 65535`;
        }
        if (takenByFront.includes(port)) {
            return `${port} is used by the front, which shares the network with the model; choose another, like 5001`;
        }
        const reserved = RESERVED_PORTS.some(([from, to]) => from <= port && port <= to);
        return reserved ? `${port} is kept by Azure for itself; choose another, like 5001` : undefined;
    };
}

/** Values from configuration files and other languages may be of any kind. */
function shown(value: unknown): string {
    return typeof value === "number" ? String(value) : `${JSON.stringify(value)}, not a number`;
}
