import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { KeysSettings } from "./arguments";

/** Both keys are valid. A client switches to the second while the first changes. */
export interface ScoringKeys {
    /** The first key. Secret. */
    primary: string;
    /** The second key. Secret. */
    secondary: string;
}

/** Azure ML v1 generates keys of this length. */
const KEY_LENGTH = 32;

/** The given keys, or generated ones. Undefined when requests need no key. */
export function scoringKeys(
    name: string,
    { enabled, primary, secondary }: KeysSettings,
    parent: pulumi.Resource,
): pulumi.Output<ScoringKeys> | undefined {
    if (!enabled) return undefined;
    const generateKey = (which: string): pulumi.Output<string> =>
        new random.RandomPassword(`${name}-${which}-key`, { length: KEY_LENGTH, special: false }, { parent })
            .result;
    const both = pulumi.all([primary ?? generateKey("primary"), secondary ?? generateKey("secondary")]);
    return pulumi.secret(both.apply(([first, second]) => ({ primary: first, secondary: second })));
}

/** SHA-256 digests, one a line. The front compares requests with them, so its files contain no keys. */
export function keyDigests({ primary, secondary }: ScoringKeys, prefix = ""): string {
    return [primary, secondary]
        .map(key => `${prefix}${createHash("sha256").update(key).digest("hex")}\n`)
        .join("");
}
