/** Reads values at paths inside of Kubernetes objects. */
import type { Call } from "../protocol/provider";
import { isObject, type Properties, type Value } from "../protocol/values";

/** The value at a path inside an object; undefined if it does not exist. */
export function at(object: Value | undefined, ...path: (string | number)[]): Value | undefined {
    let value = object;
    for (const step of path) {
        if (Array.isArray(value) && typeof step === "number") value = value[step];
        else if (isObject(value)) value = value[step];
        else return undefined;
    }
    return value;
}

/** The string at a path; undefined if there is none. */
export function textAt(object: Value | undefined, ...path: string[]): string | undefined {
    const value = at(object, ...path);
    return typeof value === "string" ? value : undefined;
}

/** The number at a path; 0 if there is none, because Kubernetes omits zeros. */
export function countAt(object: Value | undefined, ...path: string[]): number {
    const value = at(object, ...path);
    return typeof value === "number" ? value : 0;
}

/** The number of replicas that a controller should have; 1 is the default in Kubernetes. */
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

/** The id of a resource in the state: `namespace/name`, or only the name for kinds without a namespace. */
export function idOf(object: Properties): string {
    const name = textAt(object, "metadata", "name") ?? "";
    const namespace = textAt(object, "metadata", "namespace");
    return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace: string | undefined; name: string } {
    const [first = "", second] = id.split("/");
    return second === undefined ? { namespace: undefined, name: first } : { namespace: first, name: second };
}

/** Adds metadata to an object. */
export function withMetadata(object: Properties, metadata: Properties): Properties {
    const present = isObject(object.metadata) ? object.metadata : {};
    return { ...object, metadata: { ...present, ...metadata } };
}

/** The time limit of an operation: from `customTimeouts`, the annotation `pulumi.com/timeoutSeconds`, or the default. */
export function timeoutSeconds(object: Properties, call: Pick<Call, "timeout">, byDefault: number): number {
    const annotated = Number(annotation(object, "pulumi.com/timeoutSeconds"));
    return call.timeout ?? (annotated > 0 ? annotated : byDefault);
}
