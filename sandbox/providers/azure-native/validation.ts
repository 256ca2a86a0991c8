import { isObject, type Properties, UNKNOWN, type Value } from "../protocol/values";
import type { ObjectShape, Schema, Shape } from "./schema";

/**
 * The problems of the inputs of a resource, in the words of azure-native. Like azure-native, this finds missing required
 * properties and values of the wrong type, and ignores unknown properties.
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
