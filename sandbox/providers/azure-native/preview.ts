import { isObject, type Properties, UNKNOWN, type Value } from "../protocol/values";
import type { ObjectShape, Schema, Shape } from "./schema";

/**
 * The outputs at preview. An output has the value of the input with the same name, also inside objects; all others are
 * unknown. E.g. `ipAddress.fqdn` is unknown, so a program sees the whole of `ipAddress` as unknown.
 */
export function previewOutputs(inputs: Properties, shape: ObjectShape, schema: Schema): Properties {
    const names = Object.keys(shape);
    return Object.fromEntries(names.map(name => [name, preview(inputs[name], shape[name]?.shape, schema)]));
}

function preview(value: Value | undefined, shape: Shape | undefined, schema: Schema): Value {
    if (value === undefined) return UNKNOWN;
    if (shape?.kind === "list" && Array.isArray(value))
        return value.map(item => preview(item, shape.items, schema));
    if (shape?.kind === "object" && isObject(value)) {
        return previewOutputs(value, schema.objects[shape.type] ?? {}, schema);
    }
    return value;
}
