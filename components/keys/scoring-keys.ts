import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { KeysSettings } from "./arguments";

/** The keys that clients may use. */
export interface ScoringKeys {
    /** For clients. */
    primary: string;
    /** For clients that move while the primary key changes. */
    secondary: string;
}

/** As long as the keys that v1 made. */
const KEY_LENGTH = 32;

/** Both keys, generated where none is given; nothing when requests need no key. */
export function scoringKeys(
    name: string,
    { enabled, primary, secondary }: KeysSettings,
    parent: pulumi.Resource,
): pulumi.Output<ScoringKeys> | undefined {
    if (!enabled) return undefined;
    const generated = (which: string): pulumi.Output<string> =>
        new random.RandomPassword(`${name}-${which}-key`, { length: KEY_LENGTH, special: false }, { parent })
            .result;
    const both = pulumi.all([primary ?? generated("primary"), secondary ?? generated("secondary")]);
    return pulumi.secret(both.apply(([first, second]) => ({ primary: first, secondary: second })));
}

/** What the front compares with: a digest a line, so that no file of it holds a key. */
export function keyDigests({ primary, secondary }: ScoringKeys): string {
    return [primary, secondary].map(key => `${createHash("sha256").update(key).digest("hex")}\n`).join("");
}
