import { isObject, type Properties, type Value } from "../protocol/values";
import { listAt, textAt } from "./objects";

/** Managers whose fields the provider takes over silently: earlier ways of itself and of kubectl to write objects. */
const PREDECESSORS = ["pulumi-kubernetes", "pulumi-resource-kubernetes", "kubectl", "before-first-apply"];

/** Whether an entry is about the object itself and of one who does not apply it. */
function wasWrittenBy(entry: Properties, managers: string[]): boolean {
    return (
        textAt(entry, "operation") === "Update" &&
        !textAt(entry, "subresource") &&
        managers.includes(textAt(entry, "manager") ?? "")
    );
}

/** The list of managers once `manager` has taken over from its predecessors; nothing when there is none of them. */
export function takenOver(live: Properties, manager: string): Properties[] | undefined {
    const entries = listAt(live, "metadata", "managedFields");
    const predecessors = entries.filter(entry => wasWrittenBy(entry, PREDECESSORS));
    const [first] = predecessors;
    if (!first) return undefined;
    const own = entries.filter(entry => isApplied(entry, manager));
    const fields = [...predecessors, ...own].map(entry => entry.fieldsV1 ?? {}).reduce<Value>(union, {});
    const rest = entries.filter(entry => !predecessors.includes(entry) && !own.includes(entry));
    return [...rest, { ...first, manager, operation: "Apply", fieldsV1: fields }];
}

/** Whether others manage the field at a property path (`spec.replicas`), and `manager` does not. */
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
