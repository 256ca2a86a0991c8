import type { JudgeName, Scene } from "../case";

/** What a judge says of one scene: why it refuses, or an empty text. Undefined when it cannot be asked. */
export type Verdict = string | undefined;

/** Somebody else's opinion. */
export interface Judge {
    name: JudgeName;
    /** Absent from this machine when it is undefined. All scenes at once, because starting one takes longest. */
    judge: (scenes: Scene[]) => Promise<Verdict[] | undefined>;
}
