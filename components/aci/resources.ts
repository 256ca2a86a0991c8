import type { Share } from "../arguments/model-container";

/** A container group has to ask for this much in total, or Azure refuses it. */
const GROUP_MINIMUM: Share = { cpu: 1, memoryInGB: 1 };
/** HAProxy itself needs little more for a few thousand connections. */
const FRONT_MINIMUM: Share = { cpu: 0.25, memoryInGB: 0.5 };
/** The largest group that Azure offers anywhere; most regions offer less. */
export const GROUP_MAXIMUM: Share = { cpu: 31, memoryInGB: 240 };

/**
 * What the front gets. v1's small models (0.1 cores, 0.5 GB) are below Azure's minimum for a group, and the group is paid
 * for as a whole, so the front takes what is missing.
 */
export function frontShare(model: Share, wanted: Partial<Share>): Share {
    const missing = (part: keyof Share): number =>
        Math.max(FRONT_MINIMUM[part], hundredths(GROUP_MINIMUM[part] - model[part]));
    return {
        cpu: wanted.cpu ?? missing("cpu"),
        memoryInGB: wanted.memoryInGB ?? missing("memoryInGB"),
    };
}

/** What keeps Azure from taking a group of these two. */
export function groupProblem(part: keyof Share, model: Share, front: Share): string | undefined {
    const total = hundredths(model[part] + front[part]);
    const unit = part === "cpu" ? "cores" : "GB";
    if (total < GROUP_MINIMUM[part]) {
        return `model and front ask for ${total} ${unit}; Azure's minimum is ${GROUP_MINIMUM[part]}: raise one, or leave front.${part} out`;
    }
    if (total > GROUP_MAXIMUM[part]) {
        return `model and front ask for ${total} ${unit}; Azure offers ${GROUP_MAXIMUM[part]} at most, less in some regions`;
    }
    return undefined;
}

/** 1 - 0.9 is 0.09999999999999998 for a computer, and Azure would get it like that. */
function hundredths(value: number): number {
    return Math.round(value * 100) / 100;
}
