import type { ArgumentCheck } from "../shared/argument-check";
import { wholeNumber } from "../shared/rules/numbers";

/** A health probe of a container. An absent field has the default of `readiness` or `liveness`. */
export interface ProbeArgs {
    /**
     * Time before the first check, in seconds.
     * @default that of `readiness` or `liveness`
     */
    initialDelaySeconds?: number;
    /**
     * Time between checks, in seconds.
     * @default that of `readiness` or `liveness`
     */
    periodSeconds?: number;
    /**
     * How long a response may take, in seconds.
     * @default that of `readiness` or `liveness`
     */
    timeoutSeconds?: number;
    /**
     * How many checks in a row must succeed before the container counts as healthy. Always 1 for liveness.
     * @default that of `readiness` or `liveness`
     */
    successThreshold?: number;
    /**
     * How many checks in a row must fail before the container counts as unhealthy.
     * @default that of `readiness` or `liveness`
     */
    failureThreshold?: number;
}

/** A probe with every field set. */
export type ProbeSettings = Required<ProbeArgs>;

/** The liveness probe is that of Azure ML v1. The readiness probe omits the long initial delay, so that a ready model gets requests at once. */
const READINESS: ProbeSettings = {
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 2,
    successThreshold: 1,
    failureThreshold: 3,
};
const LIVENESS: ProbeSettings = { ...READINESS, initialDelaySeconds: 310 };

/** @param path the property path of the probe */
export function readReadiness(check: ArgumentCheck, path: string, given: ProbeArgs = {}): ProbeSettings {
    return readProbe(check, path, { ...READINESS, ...given }, 1000);
}

/** @param path the property path of the probe */
export function readLiveness(check: ArgumentCheck, path: string, given: ProbeArgs = {}): ProbeSettings {
    // Kubernetes, which both hostings use, requires 1.
    return readProbe(check, path, { ...LIVENESS, ...given }, 1);
}

function readProbe(
    check: ArgumentCheck,
    path: string,
    probe: ProbeSettings,
    maxSuccesses: number,
): ProbeSettings {
    const whole = (name: keyof ProbeArgs, min: number, max: number, unit: string): void =>
        check.known(`${path}.${name}`, probe[name], wholeNumber(min, max, unit));
    whole("initialDelaySeconds", 0, 86_400, "seconds");
    whole("periodSeconds", 1, 86_400, "seconds");
    whole("timeoutSeconds", 1, 86_400, "seconds");
    whole("failureThreshold", 1, 1000, "checks");
    whole("successThreshold", 1, maxSuccesses, "checks");
    return probe;
}
