import type * as pulumi from "@pulumi/pulumi";
import { type ArgumentCheck, isOutputOrPromise } from "../shared/argument-check";
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
     * The second key, so that clients can switch keys without an interruption. Secret.
     * @default generated, 32 characters
     */
    secondary?: pulumi.Input<string>;
}

/** The checked arguments. An absent key is generated. */
export interface KeysSettings {
    enabled: boolean;
    primary?: pulumi.Input<string>;
    secondary?: pulumi.Input<string>;
}

/**
 * @param path the property path of the keys
 * @param enabledByDefault whether requests need a key when `keys.enabled` is not set
 */
export function readKeys(
    check: ArgumentCheck,
    path: string,
    keys: KeysArgs = {},
    enabledByDefault: boolean,
): KeysSettings {
    const primary = check.optionalInput(`${path}.primary`, keys.primary, scoringKey);
    const secondary = check.optionalInput(`${path}.secondary`, keys.secondary, scoringKey);
    if (primary !== undefined && !isOutputOrPromise(primary) && primary === secondary) {
        check.report(
            `${path}.secondary`,
            `is the same as ${path}.primary; set a different key, so that clients can switch from one to the other`,
        );
    }
    return { enabled: keys.enabled ?? enabledByDefault, primary, secondary };
}
