import { isObject, type Properties, type Value } from "../protocol/values";
import { listAt, textAt } from "./objects";

/** Field managers of earlier versions of the provider and of kubectl. The provider takes over their fields without a conflict. */
const PREDECESSORS = ["pulumi-kubernetes", "pulumi-resource-kubernetes", "kubectl", "before-first-apply"];

/** Whether one of these managers wrote the object itself, not a subresource, with an update instead of server-side apply. */
function wasUpdatedBy(entry: Properties, managers: string[]): boolean {
    return (
        textAt(entry, "operation") === "Update" &&
        !textAt(entry, "subresource") &&
        managers.includes(textAt(entry, "manager") ?? "")
    );
}

/** The value of `managedFields` after `manager` has taken over the fields of its predecessors; undefined if they have none. */
export function managedFieldsAfterTakeover(live: Properties, manager: string): Properties[] | undefined {
    const entries = listAt(live, "metadata", "managedFields");
    const predecessors = entries.filter(entry => wasUpdatedBy(entry, PREDECESSORS));
    const [first] = predecessors;
    if (!first) return undefined;
    const applied = entries.filter(entry => isApplied(entry, manager));
    const fields = [...predecessors, ...applied].map(entry => entry.fieldsV1 ?? {}).reduce<Value>(union, {});
    const rest = entries.filter(entry => !predecessors.includes(entry) && !applied.includes(entry));
    return [...rest, { ...first, manager, operation: "Apply", fieldsV1: fields }];
}

/** Whether other managers own the field at a path, e.g. `spec.replicas`, and `manager` does not. */
export function isManagedByOthers(live: Properties, manager: string, path: string[]): boolean {
    const entries = listAt(live, "metadata", "managedFields");
    const has = (entry: Properties) => path.reduce(step, entry.fieldsV1) !== undefined;
    const mine = entries.filter(entry => textAt(entry, "manager") === manager);
    return !mine.some(has) && entries.filter(entry => !mine.includes(entry)).some(has);
}

function step(fields: Value | undefined, name: string): Value | undefined {
    return isObject(fields) ? fields[`f:${name}`] : undefined;
}

function isApplied(entry: Properties, manager: string): boolean {
    return (
        textAt(entry, "operation") === "Apply" &&
        !textAt(entry, "subresource") &&
        textAt(entry, "manager") === manager
    );
}

function union(a: Value, b: Value): Value {
    if (!isObject(a) || !isObject(b)) return a;
    const merged = { ...a };
    for (const [name, value] of Object.entries(b)) {
        const present = merged[name];
        merged[name] = present === undefined ? value : union(present, value);
    }
    return merged;
}
