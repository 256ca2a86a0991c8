import { isObject, type Properties, type Value } from "../protocol/values";

/** What is at a path inside an object; nothing where a step of it is missing. */
export function at(object: Value | undefined, ...path: (string | number)[]): Value | undefined {
    let value = object;
    for (const step of path) {
        if (Array.isArray(value) && typeof step === "number") value = value[step];
        else if (isObject(value)) value = value[step];
        else return undefined;
    }
    return value;
}

/** The text at a path, or nothing where something else is. */
export function textAt(object: Value | undefined, ...path: string[]): string | undefined {
    const value = at(object, ...path);
    return typeof value === "string" ? value : undefined;
}

/** The number at a path. Kubernetes leaves out zeros, so what is missing is none. */
export function countAt(object: Value | undefined, ...path: string[]): number {
    const value = at(object, ...path);
    return typeof value === "number" ? value : 0;
}

/** How many replicas a controller should have: one unless it says so. */
export function wantedReplicas(controller: Properties): number {
    const value = at(controller, "spec", "replicas");
    return typeof value === "number" ? value : 1;
}

/** The objects in the list at a path. */
export function listAt(object: Value | undefined, ...path: string[]): Properties[] {
    const value = at(object, ...path);
    return Array.isArray(value) ? value.filter(isObject) : [];
}

export function annotation(object: Properties, name: string): string | undefined {
    return textAt(object, "metadata", "annotations", name);
}

/** The id of a resource in the state: `namespace/name`, or the name alone where there are no namespaces. */
export function idOf(object: Properties): string {
    const name = textAt(object, "metadata", "name") ?? "";
    const namespace = textAt(object, "metadata", "namespace");
    return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace: string | undefined; name: string } {
    const [first = "", second] = id.split("/");
    return second === undefined ? { namespace: undefined, name: first } : { namespace: first, name: second };
}

/** `object` with these metadata besides its own. */
export function withMetadata(object: Properties, metadata: Properties): Properties {
    const own = isObject(object.metadata) ? object.metadata : {};
    return { ...object, metadata: { ...own, ...metadata } };
}
