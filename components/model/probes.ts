import type { ArgumentCheck } from "../shared/argument-check";
import { wholeNumber } from "../shared/rules/numbers";

/** How a container is asked whether it is well. Absent fields keep the default of the probe. */
export interface ProbeArgs {
    /**
     * Time before the first question, in seconds.
     * @default that of `readiness` or `liveness`
     */
    initialDelaySeconds?: number;
    /**
     * Time between questions, in seconds.
     * @default that of `readiness` or `liveness`
     */
    periodSeconds?: number;
    /**
     * How long an answer may take, in seconds.
     * @default that of `readiness` or `liveness`
     */
    timeoutSeconds?: number;
    /**
     * Good answers in a row that make it well. 1 for liveness.
     * @default that of `readiness` or `liveness`
     */
    successThreshold?: number;
    /**
     * Bad answers in a row that make it unwell.
     * @default that of `readiness` or `liveness`
     */
    failureThreshold?: number;
}

/** A probe with every field set. */
export type ProbeSettings = Required<ProbeArgs>;

/** The default probes: liveness as v1 had it, readiness without its long wait. */
const READINESS: ProbeSettings = {
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 2,
    successThreshold: 1,
    failureThreshold: 3,
};
const LIVENESS: ProbeSettings = { ...READINESS, initialDelaySeconds: 310 };

/** @param path where the probe stands among the arguments */
export function readReadiness(check: ArgumentCheck, path: string, given: ProbeArgs = {}): ProbeSettings {
    return readProbe(check, path, { ...READINESS, ...given }, 1000);
}

/** @param path where the probe stands among the arguments */
export function readLiveness(check: ArgumentCheck, path: string, given: ProbeArgs = {}): ProbeSettings {
    // Kubernetes, which runs both hostings, takes no other number of successes here.
    return readProbe(check, path, { ...LIVENESS, ...given }, 1);
}

function readProbe(
    check: ArgumentCheck,
    path: string,
    probe: ProbeSettings,
    mostSuccesses: number,
): ProbeSettings {
    const whole = (name: keyof ProbeArgs, least: number, most: number, unit: string): void =>
        check.known(`${path}.${name}`, probe[name], wholeNumber(least, most, unit));
    whole("initialDelaySeconds", 0, 86_400, "seconds");
    whole("periodSeconds", 1, 86_400, "seconds");
    whole("timeoutSeconds", 1, 86_400, "seconds");
    whole("failureThreshold", 1, 1000, "answers");
    whole("successThreshold", 1, mostSuccesses, "answers");
    return probe;
}
