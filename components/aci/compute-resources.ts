import { TlsMode } from "../certificate/tls-arguments";
import type { Share } from "../model/container";
import type { Rule } from "../shared/rules";
import { amountInSteps, withoutRoundingError } from "../shared/rules/numbers";

/** Azure refuses a container group whose containers request less than this in total. */
const GROUP_MINIMUM: Share = { cpu: 1, memoryInGB: 1 };
/** The largest container group in any Azure region ("Resource availability & quota limits for ACI"); some offer less. */
const GROUP_MAXIMUM: Share = { cpu: 31, memoryInGB: 240 };
/** Azure refuses memory in smaller steps (Azure/azure-cli#7355), and cores in smaller steps (virtual-kubelet/azure-aci, aci.go). */
const STEP: Share = { cpu: 0.01, memoryInGB: 0.1 };
/** Enough for HAProxy with a few thousand connections. */
const FRONT_MINIMUM: Share = { cpu: 0.25, memoryInGB: 0.5 };
/** The ACME client sleeps most of the time; it needs the memory while it runs. */
export const ISSUER_SHARE: Share = { cpu: 0.1, memoryInGB: 0.3 };

const UNITS = { cpu: "cores", memoryInGB: "GB" } as const;

/** The parts of a share, to check both with the same code. */
export const PARTS = ["cpu", "memoryInGB"] as const;

/** The rules for the request and for the limit of one container. */
export const AMOUNT: Record<keyof Share, Rule<number>> = {
    cpu: amountInSteps(STEP.cpu, GROUP_MAXIMUM.cpu, UNITS.cpu),
    memoryInGB: amountInSteps(STEP.memoryInGB, GROUP_MAXIMUM.memoryInGB, UNITS.memoryInGB),
};

/** The total request of all containers but the front: the model and, with `TlsMode.Auto`, the issuer. */
export function requestWithoutFront(model: Share, mode: TlsMode): Share {
    return mode === TlsMode.Auto ? sum(model, ISSUER_SHARE) : model;
}

/**
 * The request of the front. The default models of Azure ML v1 (0.1 cores, 0.5 GB) are below Azure's minimum for a group. Azure
 * bills the whole group, so the front requests what is missing to the minimum, in whole steps.
 */
export function frontShare(others: Share, requested: Partial<Share>): Share {
    const missing = (part: keyof Share): number => {
        const steps = Math.ceil(withoutRoundingError((GROUP_MINIMUM[part] - others[part]) / STEP[part]));
        return Math.max(FRONT_MINIMUM[part], withoutRoundingError(steps * STEP[part]));
    };
    return {
        cpu: requested.cpu ?? missing("cpu"),
        memoryInGB: requested.memoryInGB ?? missing("memoryInGB"),
    };
}

/** The total request of a group. */
export function sum(one: Share, other: Share): Share {
    return {
        cpu: withoutRoundingError(one.cpu + other.cpu),
        memoryInGB: withoutRoundingError(one.memoryInGB + other.memoryInGB),
    };
}

/** Why Azure would refuse a group with this total request. */
export function totalProblem(part: keyof Share, total: number): string | undefined {
    const unit = UNITS[part];
    if (total < GROUP_MINIMUM[part]) {
        return `all containers request ${total} ${unit} in total; Azure's minimum is ${GROUP_MINIMUM[part]}: raise a request, or remove front.${part}`;
    }
    if (total > GROUP_MAXIMUM[part]) {
        return `all containers request ${total} ${unit} in total; Azure's maximum is ${GROUP_MAXIMUM[part]}, less in some regions: lower a request`;
    }
    return undefined;
}

/** A container can use what other containers of its group leave free, but Azure refuses a limit above the total request. */
export function limitWithin(part: keyof Share, total: number): Rule<number> {
    return limit =>
        limit <= total
            ? undefined
            : `is ${limit}, but all containers of the group request ${total} ${UNITS[part]} in total; lower it to at most that, or remove it, which allows all of it`;
}
