import type { Properties } from "../../protocol/values";
import { listAt, textAt } from "../objects";

/** How far an object is on its way to being what was asked for. */
export interface Progress {
    state: "ready" | "waiting" | "failed";
    /** What is missing, one sentence each, for when there is no time left or no hope. */
    reasons: string[];
}

export const READY: Progress = { state: "ready", reasons: [] };

export function waitingFor(...reasons: string[]): Progress {
    return { state: "waiting", reasons };
}

export function failed(...reasons: string[]): Progress {
    return { state: "failed", reasons };
}

/** Objects whose state counts besides that of the object itself. */
export interface Selection {
    /** As in paths of the API: group, version and kind. */
    kind: { group: string; version: string; kind: string };
    namespace: string;
    query: Record<string, string>;
}

/** What to wait for after objects of one kind were created or changed. */
export interface Awaiter {
    /** Seconds before giving up. */
    timeout: number;
    /** Looked at together with the object, in this order. */
    related?(object: Properties): Selection[];
    progress(object: Properties, related: Properties[][]): Progress;
}

/** The condition of a type in an object's status. */
export function condition(object: Properties, type: string): Properties | undefined {
    return listAt(object, "status", "conditions").find(one => one.type === type);
}

export function hasCondition(object: Properties, type: string): boolean {
    return condition(object, type)?.status === "True";
}

/** A condition in words: `[MinimumReplicasUnavailable] Deployment does not have minimum availability.` */
export function inWords(condition: Properties | undefined): string[] {
    const message = textAt(condition, "message");
    return message ? [`[${textAt(condition, "reason") ?? ""}] ${message}`] : [];
}
