import { changes } from "../protocol/difference";
import type { Difference, DiffRequest } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import type { Configuration } from "./configuration";
import type { Kind } from "./discovery";
import { isAutoNamed } from "./naming";
import { at, withMetadata } from "./objects";
import { replaces, replacingProperties } from "./replacement";

/** How an object has to change. A pure function of its inputs: what others changed gets into them by a refresh. */
export function objectDifference(
    kind: Kind,
    { oldInputs, oldOutputs, news }: DiffRequest,
    configuration: Pick<Configuration, "enableConfigMapMutable" | "enableSecretMutable">,
): Difference {
    const before = inNamespace(oldInputs, oldOutputs);
    const after = inNamespace(news, oldOutputs);
    const properties = replacingProperties(kind, after, configuration);
    const found = changes(before, after).map(change => ({
        ...change,
        replaces: replaces(change, properties, after),
    }));
    const deleteBeforeReplace =
        found.some(change => change.replaces) &&
        !isAutoNamed(after) &&
        at(after, "metadata", "name") === at(oldOutputs, "metadata", "name") &&
        at(after, "metadata", "namespace") === at(oldOutputs, "metadata", "namespace");
    return { changes: found, deleteBeforeReplace };
}

/** The inputs with the namespace that they mean: none is `default`, for an object that lives in a namespace. */
function inNamespace(inputs: Properties, oldOutputs: Properties): Properties {
    const namespaced = at(oldOutputs, "metadata", "namespace") !== undefined;
    if (!namespaced || at(inputs, "metadata", "namespace") !== undefined) return inputs;
    return withMetadata(inputs, { namespace: "default" });
}
