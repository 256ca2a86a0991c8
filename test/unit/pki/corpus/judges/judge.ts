import type { JudgeName, Scene } from "../case";

/** The verdict on one scene: the reason for a refusal, or an empty string. Undefined when this judge cannot check the scene. */
export type Verdict = string | undefined;

/** An independent implementation of certificate verification. */
export interface Judge {
    name: JudgeName;
    /** Takes all scenes at once, because starting the program takes the most time. Throws when the program is missing. */
    judge: (scenes: Scene[]) => Promise<Verdict[]>;
}
