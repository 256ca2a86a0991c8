import { isObject, type Properties, type Value } from "../protocol/values";
import type { ObjectShape, Schema, Shape } from "./schema";

/**
 * The outputs of a resource that are also inputs. Empty collections are omitted, because ARM adds many of them.
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
    // A set of ids, which ARM returns as the keys of an object.
    if (shape.kind === "list" && isObject(value)) return Object.keys(value);
    if (shape.kind !== "object" || !isObject(value)) return value;
    return inputsAmong(value, schema.objects[shape.type] ?? {}, schema);
}

function isEmpty(value: Value): boolean {
    return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
