import type * as pulumi from "@pulumi/pulumi";
import { type ArgumentCheck, isLater } from "../shared/argument-check";
import { scoringKey } from "../shared/rules/text";

/** Scoring keys: clients send one of them as `Authorization: Bearer <key>`. */
export interface KeysArgs {
    /**
     * Whether a request needs a key.
     * @default false on Container Instances, true on Kubernetes (as v1)
     */
    enabled?: boolean;
    /**
     * At least 16 letters, digits and `-._~+/` (RFC 6750). Secret.
     * @default generated, 32 characters
     */
    primary?: pulumi.Input<string>;
    /**
     * The second key, so that clients can move from one to the other. Secret.
     * @default generated, 32 characters
     */
    secondary?: pulumi.Input<string>;
}

/** The keys as they are asked for: a key that is absent is generated. */
export interface KeysSettings {
    enabled: boolean;
    primary?: pulumi.Input<string>;
    secondary?: pulumi.Input<string>;
}

/** @param path where the keys stand among the arguments @param enabled unless they say it */
export function readKeys(
    check: ArgumentCheck,
    path: string,
    keys: KeysArgs = {},
    enabled: boolean,
): KeysSettings {
    const primary = check.optionalInput(`${path}.primary`, keys.primary, scoringKey);
    const secondary = check.optionalInput(`${path}.secondary`, keys.secondary, scoringKey);
    if (primary !== undefined && !isLater(primary) && primary === secondary) {
        check.report(
            `${path}.secondary`,
            `is the same as ${path}.primary; two different keys let clients move`,
        );
    }
    return { enabled: keys.enabled ?? enabled, primary, secondary };
}
