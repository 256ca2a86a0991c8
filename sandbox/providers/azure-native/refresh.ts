import { equal, isObject, type Properties, type Value } from "../protocol/values";
import type { ObjectShape, Schema, Shape } from "./schema";

/**
 * The part of a resource's outputs that are inputs too. Empty collections count as not set, because ARM fills in many
 * of them.
 */
export function inputsAmong(outputs: Properties, shape: ObjectShape, schema: Schema): Properties {
    const result: Properties = {};
    for (const [name, property] of Object.entries(shape)) {
        const value = outputs[name];
        if (value === undefined) continue;
        const kept = inputPart(value, property.shape, schema);
        if (!isEmpty(kept)) result[name] = kept;
    }
    return result;
}

function inputPart(value: Value, shape: Shape, schema: Schema): Value {
    if (shape.kind === "list" && Array.isArray(value))
        return value.map(item => inputPart(item, shape.items, schema));
    // Ids that ARM answers as names of an object.
    if (shape.kind === "list" && isObject(value)) return Object.keys(value);
    if (shape.kind !== "object" || !isObject(value)) return value;
    return inputsAmong(value, schema.objects[shape.type] ?? {}, schema);
}

function isEmpty(value: Value): boolean {
    return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/**
 * The inputs after a refresh. What ARM answers cannot be turned into inputs: it fills in defaults and keeps secrets to
 * itself. So only what changed in ARM between `before` and `after` (inputs among the old and the new outputs) is
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
