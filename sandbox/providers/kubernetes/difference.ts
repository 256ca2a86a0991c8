import { changes } from "../protocol/difference";
import type { Difference, DiffRequest } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import type { Configuration } from "./configuration";
import type { Kind } from "./discovery";
import { isAutoNamed } from "./naming";
import { at, withMetadata } from "./objects";
import { immutableProperties, replaces } from "./replacement";

/**
 * The changes of an object. They depend only on the inputs in the program and in the state. A change by others has an
 * effect after a refresh, which updates the inputs in the state.
 */
export function objectDifference(
    kind: Kind,
    { oldInputs, oldOutputs, news }: DiffRequest,
    configuration: Pick<Configuration, "enableConfigMapMutable" | "enableSecretMutable">,
): Difference {
    const before = withNamespace(oldInputs, oldOutputs);
    const after = withNamespace(news, oldOutputs);
    const properties = immutableProperties(kind, after, configuration);
    const changed = changes(before, after).map(change => ({
        ...change,
        replaces: replaces(change, properties, after),
    }));
    const deleteBeforeReplace =
        changed.some(change => change.replaces) &&
        !isAutoNamed(after) &&
        at(after, "metadata", "name") === at(oldOutputs, "metadata", "name") &&
        at(after, "metadata", "namespace") === at(oldOutputs, "metadata", "namespace");
    return { changes: changed, deleteBeforeReplace };
}

/** Adds the namespace `default` to inputs without a namespace, if objects of the kind have one. */
function withNamespace(inputs: Properties, oldOutputs: Properties): Properties {
    const namespaced = at(oldOutputs, "metadata", "namespace") !== undefined;
    if (!namespaced || at(inputs, "metadata", "namespace") !== undefined) return inputs;
    return withMetadata(inputs, { namespace: "default" });
}
