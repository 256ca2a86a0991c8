import type { Rule } from ".";

/** Most integer fields of Azure and Kubernetes have 32 bits. */
export const MAX_INT32 = 2_147_483_647;

export function wholeNumber(min: number, max: number, unit: string): Rule<number> {
    return value => {
        if (Number.isInteger(value) && value >= min && value <= max) return undefined;
        return `is ${shown(value)}; set it to a whole number from ${min} to ${max} (${unit})`;
    };
}

export function positiveAmount(max: number, unit: string): Rule<number> {
    return value => {
        if (Number.isFinite(value) && value > 0 && value <= max) return undefined;
        return `is ${shown(value)}; set it to a number above 0, at most ${max} (${unit})`;
    };
}

/** An amount above 0 that is a multiple of `step`, within rounding errors. */
export function amountInSteps(step: number, max: number, unit: string): Rule<number> {
    const inRange = positiveAmount(max, unit);
    return value => {
        const problem = inRange(value);
        if (problem !== undefined) return problem;
        const steps = value / step;
        if (Math.abs(steps - Math.round(steps)) < STEP_TOLERANCE) return undefined;
        const nearest = [Math.floor(steps), Math.ceil(steps)]
            .map(count => withoutRoundingError(count * step))
            .filter(amount => amount > 0 && amount <= max);
        return `is ${value}, but Azure allocates steps of ${step} ${unit}; set it to ${nearest.join(" or ")}`;
    };
}

/** Binary fractions differ from decimal ones by less than this share of a step. */
const STEP_TOLERANCE = 1e-6;

/** The decimal number that was meant: 1 - 0.9 is 0.09999999999999998. */
export function withoutRoundingError(value: number): number {
    return Math.round(value * 1e6) / 1e6;
}

export const tcpPort: Rule<number> = port =>
    Number.isInteger(port) && port >= 1 && port <= 65535
        ? undefined
        : `is ${shown(port)}; set it to a port from 1 to 65535`;

const DAY_MS = 86_400_000;
const TWO_GIBIBYTES = 2_147_483_648;

/** Limits of the requests to a model. */
export const concurrentRequests = wholeNumber(1, 10_000, "requests");
export const requestMilliseconds = wholeNumber(1, DAY_MS, "milliseconds");
export const requestBodyBytes = wholeNumber(1, TWO_GIBIBYTES, "bytes");

/** The `max-age` of `Strict-Transport-Security`. */
export const hstsMaxAgeSeconds = wholeNumber(0, MAX_INT32, "seconds");

/** The most replicas that a model may have. */
export const MAX_REPLICAS = 1_000;

/** The most replicas that can be ready at the same time: a rolling update adds a quarter. */
export function replicasWithSurge(replicas: number): number {
    return replicas + Math.ceil(replicas / 4);
}

/** Configuration files and other languages may pass values of any type. */
function shown(value: unknown): string {
    return typeof value === "number" ? String(value) : `${JSON.stringify(value)}, not a number`;
}
