import { isObject, type Properties, type Value } from "./values";

export type ChangeKind = "add" | "update" | "delete";

/** One place at which two property trees differ. */
export interface Change {
    /** The place in the engine's notation, e.g. `containers[0].image` or `tags["team.name"]`. */
    path: string;
    /** The same place without positions in lists, e.g. `containers.image`, to look rules up by. */
    pattern: string;
    kind: ChangeKind;
    /** Whether changing this cannot be done in place. */
    replaces: boolean;
    /** Whether it is an output that changes, not what the program asks for. */
    ofOutput?: boolean;
}

/** Every place at which `after` differs from `before`, at the deepest level. Lists are compared by position. */
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

/** The path of property `name` in what is at `path`. A name that is not a plain word is quoted, as the engine expects. */
function pathTo(path: string, name: string): string {
    if (!/^[^.[\]"]+$/.test(name)) return `${path}["${name.replaceAll('"', '\\"')}"]`;
    return path ? `${path}.${name}` : name;
}
