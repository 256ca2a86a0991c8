import type { Share } from "../model/container";
import { TlsMode } from "../certificate/tls-arguments";

/** A container group has to ask for this much in total, or Azure refuses it. */
const GROUP_MINIMUM: Share = { cpu: 1, memoryInGB: 1 };
/** HAProxy itself needs little more for a few thousand connections. */
const FRONT_MINIMUM: Share = { cpu: 0.25, memoryInGB: 0.5 };
/** The ACME client sleeps nearly always; awake, it needs its memory. */
export const ISSUER_SHARE: Share = { cpu: 0.1, memoryInGB: 0.3 };
/** The largest group that Azure offers anywhere; most regions offer less. */
export const GROUP_MAXIMUM: Share = { cpu: 31, memoryInGB: 240 };

/** What the containers beside the front are promised: the model, and with `Auto` the issuer of the certificate. */
export function besideFront(model: Share, mode: TlsMode): Share {
    if (mode !== TlsMode.Auto) return model;
    return {
        cpu: hundredths(model.cpu + ISSUER_SHARE.cpu),
        memoryInGB: hundredths(model.memoryInGB + ISSUER_SHARE.memoryInGB),
    };
}

/**
 * What the front gets. v1's small models (0.1 cores, 0.5 GB) are below Azure's minimum for a group, and the group is paid
 * for as a whole, so the front takes what is missing.
 */
export function frontShare(others: Share, wanted: Partial<Share>): Share {
    const missing = (part: keyof Share): number =>
        Math.max(FRONT_MINIMUM[part], hundredths(GROUP_MINIMUM[part] - others[part]));
    return {
        cpu: wanted.cpu ?? missing("cpu"),
        memoryInGB: wanted.memoryInGB ?? missing("memoryInGB"),
    };
}

/** What keeps Azure from taking a group of these. */
export function groupProblem(part: keyof Share, others: Share, front: Share): string | undefined {
    const total = hundredths(others[part] + front[part]);
    const unit = part === "cpu" ? "cores" : "GB";
    if (total < GROUP_MINIMUM[part]) {
        return `the containers ask for ${total} ${unit}; Azure's minimum is ${GROUP_MINIMUM[part]}: raise one, or leave front.${part} out`;
    }
    if (total > GROUP_MAXIMUM[part]) {
        return `the containers ask for ${total} ${unit}; Azure offers ${GROUP_MAXIMUM[part]} at most, less in some regions`;
    }
    return undefined;
}

/** 1 - 0.9 is 0.09999999999999998 for a computer, and Azure would get it like that. */
function hundredths(value: number): number {
    return Math.round(value * 100) / 100;
}
