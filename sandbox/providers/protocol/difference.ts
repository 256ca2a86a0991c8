import { isObject, type Properties, type Value } from "./values";

type ChangeKind = "add" | "update" | "delete";

/** One difference between two property trees. */
export interface Change {
    /** The property path in the engine's notation, e.g. `containers[0].image` or `tags["team.name"]`. */
    path: string;
    /** The property path without list indices, e.g. `containers.image`. Rules about properties use this form. */
    pattern: string;
    kind: ChangeKind;
    /** Whether the change requires a replacement of the resource. */
    replaces: boolean;
    /** Whether the path is that of an output, not of an input. */
    ofOutput?: boolean;
}

/** All differences between `before` and `after`, at the deepest level. Lists are compared by index. */
export function changes(before: Properties, after: Properties): Change[] {
    return [...objectChanges(before, after, "", "")];
}

function* objectChanges(
    before: Properties,
    after: Properties,
    path: string,
    pattern: string,
): Generator<Change> {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const innerPattern = pattern ? `${pattern}.${name}` : name;
        yield* valueChanges(before[name], after[name], pathTo(path, name), innerPattern);
    }
}

function* valueChanges(
    before: Value | undefined,
    after: Value | undefined,
    path: string,
    pattern: string,
): Generator<Change> {
    if (before === after) return;
    if (isObject(before) && isObject(after)) {
        yield* objectChanges(before, after, path, pattern);
    } else if (Array.isArray(before) && Array.isArray(after)) {
        for (let index = 0; index < Math.max(before.length, after.length); index++) {
            yield* valueChanges(before[index], after[index], `${path}[${index}]`, pattern);
        }
    } else {
        const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
        yield { path, pattern, kind, replaces: false };
    }
}

/** The path of property `name` below `path`. A name with special characters is quoted, as the engine expects. */
function pathTo(path: string, name: string): string {
    if (!/^[^.[\]"]+$/.test(name)) return `${path}["${name.replaceAll('"', '\\"')}"]`;
    return path ? `${path}.${name}` : name;
}
