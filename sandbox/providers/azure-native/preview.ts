import { isObject, type Properties, UNKNOWN, type Value } from "../protocol/values";
import type { ObjectShape, Schema, Shape } from "./schema";

/**
 * The outputs as far as the inputs tell them: what is an input under the same name is taken over, all else is unknown,
 * also inside objects. (So `ipAddress.fqdn` is unknown at preview, and with it the whole of `ipAddress` to a program.)
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
