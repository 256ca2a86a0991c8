import { isObject, type Properties, secret } from "../protocol/values";

/** The output with the field manager of an object. It is in the state, because all updates must use the same one. */
export const FIELD_MANAGER = "__fieldManager";
const INITIAL_API_VERSION = "__initialApiVersion";

/** The outputs of a resource: the object, and data that the provider needs for later operations. */
export function outputsOf(live: Properties, fieldManager: string, apiVersion: string): Properties {
    return {
        ...withSecretsMarked(live),
        [FIELD_MANAGER]: fieldManager,
        [INITIAL_API_VERSION]: apiVersion,
    };
}

/** Marks the contents of a Secret as secret, also if the program does not. */
export function withSecretsMarked(object: Properties): Properties {
    if (object.kind !== "Secret") return object;
    const marked = ["data", "stringData"].filter(name => isObject(object[name]));
    return { ...object, ...Object.fromEntries(marked.map(name => [name, secret(object[name]!)])) };
}
