import type { Share } from "../model/container";
import { TlsMode } from "../certificate/tls-arguments";

/** Azure refuses a container group whose containers request less than this in total. */
const GROUP_MINIMUM: Share = { cpu: 1, memoryInGB: 1 };
/** Enough for HAProxy with a few thousand connections. */
const FRONT_MINIMUM: Share = { cpu: 0.25, memoryInGB: 0.5 };
/** The ACME client sleeps most of the time; it needs the memory while it runs. */
export const ISSUER_SHARE: Share = { cpu: 0.1, memoryInGB: 0.3 };
/** The largest container group in any Azure region; most regions offer less. */
export const GROUP_MAXIMUM: Share = { cpu: 31, memoryInGB: 240 };

/** The total request of all containers but the front: the model and, with `TlsMode.Auto`, the issuer. */
export function requestWithoutFront(model: Share, mode: TlsMode): Share {
    if (mode !== TlsMode.Auto) return model;
    return {
        cpu: roundToHundredths(model.cpu + ISSUER_SHARE.cpu),
        memoryInGB: roundToHundredths(model.memoryInGB + ISSUER_SHARE.memoryInGB),
    };
}

/**
 * The request of the front. The default models of Azure ML v1 (0.1 cores, 0.5 GB) are below Azure's minimum for a group. Azure
 * bills the whole group, so the front requests what is missing to the minimum.
 */
export function frontShare(others: Share, requested: Partial<Share>): Share {
    const missing = (part: keyof Share): number =>
        Math.max(FRONT_MINIMUM[part], roundToHundredths(GROUP_MINIMUM[part] - others[part]));
    return {
        cpu: requested.cpu ?? missing("cpu"),
        memoryInGB: requested.memoryInGB ?? missing("memoryInGB"),
    };
}

/** Why Azure would refuse a group with these requests. */
export function groupProblem(part: keyof Share, others: Share, front: Share): string | undefined {
    const total = roundToHundredths(others[part] + front[part]);
    const unit = part === "cpu" ? "cores" : "GB";
    if (total < GROUP_MINIMUM[part]) {
        return `all containers request ${total} ${unit} in total; Azure's minimum is ${GROUP_MINIMUM[part]}: raise a request, or remove front.${part}`;
    }
    if (total > GROUP_MAXIMUM[part]) {
        return `all containers request ${total} ${unit} in total; Azure's maximum is ${GROUP_MAXIMUM[part]}, less in some regions: lower a request`;
    }
    return undefined;
}

/** Removes floating-point errors: 1 - 0.9 is 0.09999999999999998, and Azure would receive that. */
function roundToHundredths(value: number): number {
    return Math.round(value * 100) / 100;
}
