import { equal, isObject, type Properties, type Value } from "./values";

/**
 * The inputs after a refresh. The answer of a server is not suitable as inputs, because it contains defaults and lacks
 * secrets. So this applies only the differences between two answers to the known inputs.
 * @param before the input properties in the old outputs
 * @param after the input properties in the new outputs
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
