import type { Properties } from "../../protocol/values";
import type { Kind } from "../discovery";
import { listAt, textAt } from "../objects";

/** Whether an object has reached the requested state. */
export interface Progress {
    state: "ready" | "waiting" | "failed";
    /** What is missing, one sentence each. They are shown after a failure or a timeout. */
    reasons: string[];
}

export const READY: Progress = { state: "ready", reasons: [] };

export function waitingFor(...reasons: string[]): Progress {
    return { state: "waiting", reasons };
}

export function failed(...reasons: string[]): Progress {
    return { state: "failed", reasons };
}

/** Other objects on which the state of an object depends. */
export interface Selection {
    kind: Kind;
    namespace: string;
    query: Record<string, string>;
}

/** Determines whether objects of a kind are ready. */
export interface Awaiter {
    /** The default time limit, in seconds. */
    timeout: number;
    /** The selections of other objects that `progress` needs. */
    related?(object: Properties): Selection[];
    /** @param related the objects of each selection of `related`, in the same order */
    progress(object: Properties, related: Properties[][]): Progress;
}

/** The condition of this type in an object's status. */
export function condition(object: Properties, type: string): Properties | undefined {
    return listAt(object, "status", "conditions").find(condition => condition.type === type);
}

export function hasCondition(object: Properties, type: string): boolean {
    return condition(object, type)?.status === "True";
}

/** The text of a condition: `[MinimumReplicasUnavailable] Deployment does not have minimum availability.` */
export function conditionText(condition: Properties | undefined): string[] {
    const message = textAt(condition, "message");
    return message ? [`[${textAt(condition, "reason") ?? ""}] ${message}`] : [];
}
