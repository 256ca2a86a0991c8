import { isObject, type Properties, secret } from "../protocol/values";

/** Who manages the fields of an object, kept in the state so that it stays one and the same. */
export const FIELD_MANAGER = "__fieldManager";
const INITIAL_API_VERSION = "__initialApiVersion";

/** The outputs of a resource: the object as it is, and what the provider has to remember about it. */
export function outputsOf(live: Properties, fieldManager: string, apiVersion: string): Properties {
    return {
        ...withSecretsMarked(live),
        [FIELD_MANAGER]: fieldManager,
        [INITIAL_API_VERSION]: apiVersion,
    };
}

/** The contents of a Secret are secret whatever the program calls them. */
export function withSecretsMarked(object: Properties): Properties {
    if (object.kind !== "Secret") return object;
    const marked = ["data", "stringData"].filter(name => isObject(object[name]));
    return { ...object, ...Object.fromEntries(marked.map(name => [name, secret(object[name]!)])) };
}
