import { isObject, type Properties, UNKNOWN, type Value } from "../protocol/values";
import type { ObjectShape, Schema, Shape } from "./schema";

/**
 * What is wrong with the inputs of a resource, in azure-native's words. Like azure-native it looks for required
 * properties that are missing and for values of another kind, and takes no notice of properties that it does not know.
 */
export function problemsOf(inputs: Properties, shape: ObjectShape, schema: Schema): string[] {
    return [...objectProblems(inputs, shape, schema, "")];
}

function* objectProblems(
    value: Properties,
    shape: ObjectShape,
    schema: Schema,
    path: string,
): Generator<string> {
    for (const [name, property] of Object.entries(shape)) {
        const propertyPath = path ? `${path}.${name}` : name;
        const propertyValue = value[name];
        if (propertyValue !== undefined) {
            yield* valueProblems(propertyValue, property.shape, schema, propertyPath);
        } else if (property.required) {
            yield `missing required property '${propertyPath}'`;
        }
    }
}

function* valueProblems(value: Value, shape: Shape, schema: Schema, path: string): Generator<string> {
    if (value === UNKNOWN || shape.kind === "any") return;
    const expected = shape.kind === "list" ? "array" : shape.kind === "map" ? "object" : shape.kind;
    const actual = Array.isArray(value) ? "array" : typeof value;
    if (actual !== expected) {
        const article = /^[ao]/.test(actual) ? "an" : "a";
        yield `'${path}' should be of type '${expected}' but got ${article} ${actual}`;
    } else if (shape.kind === "list" && Array.isArray(value)) {
        for (const [index, item] of value.entries()) {
            yield* valueProblems(item, shape.items, schema, `${path}[${index}]`);
        }
    } else if (shape.kind === "object" && isObject(value)) {
        yield* objectProblems(value, schema.objects[shape.type] ?? {}, schema, path);
    }
}
