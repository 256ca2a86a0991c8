import { equal, isObject, type Properties, type Value } from "./values";

/**
 * The inputs after a refresh. What a server answers cannot be turned into inputs: it fills in defaults and keeps secrets
 * to itself. So only what changed there between `before` and `after` (inputs among the old and the new outputs) is
 * carried over to the `inputs` that were known.
 */
export function refreshedInputs(inputs: Properties, before: Properties, after: Properties): Properties {
    const result = { ...inputs };
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const value = after[name];
        if (equal(before[name], value)) continue;
        if (value === undefined) delete result[name];
        else result[name] = refreshedValue(result[name], before[name], value);
    }
    return result;
}

function refreshedValue(input: Value | undefined, before: Value | undefined, after: Value): Value {
    if (isObject(input) && isObject(before) && isObject(after)) return refreshedInputs(input, before, after);
    if (Array.isArray(input) && Array.isArray(before) && Array.isArray(after)) {
        return after.map((item, index) => {
            if (index >= input.length || index >= before.length) return item;
            return equal(before[index], item)
                ? (input[index] as Value)
                : refreshedValue(input[index], before[index], item);
        });
    }
    return after;
}
