import { isObject, type Properties, type Value } from "../protocol/values";
import type { TypeMapping } from "./type-mapping";
import type { ObjectShape, Schema, Shape } from "./schema";

type Layout = Pick<TypeMapping, "envelopes" | "wireNames">;

/** Lists of ids in the SDK that are objects in ARM, with the ids as keys. */
const ID_SETS = ["identity.userAssignedIdentities"];

/** Translates the names and nesting of properties between the SDK and ARM. Properties that the shape lacks are omitted. */
export class WireFormat {
    constructor(
        private readonly schema: Schema,
        private readonly layout: Layout,
    ) {}

    /** The ARM body for `properties` of the SDK. */
    body(properties: Properties, shape: ObjectShape): Properties {
        return this.objectToArm(properties, shape, "");
    }

    /** The SDK's properties for an ARM `body`. */
    properties(body: Properties, shape: ObjectShape): Properties {
        return this.objectFromArm(body, shape, "");
    }

    private valueToArm(value: Value, shape: Shape, path: string): Value {
        if (shape.kind === "list" && Array.isArray(value)) {
            if (ID_SETS.includes(path)) return Object.fromEntries(value.map(id => [id as string, {}]));
            return value.map(item => this.valueToArm(item, shape.items, path));
        }
        if (shape.kind !== "object" || !isObject(value)) return value;
        return this.objectToArm(value, this.schema.objects[shape.type] ?? {}, path);
    }

    private objectToArm(value: Properties, shape: ObjectShape, path: string): Properties {
        const outer: Properties = {};
        const outside = this.layout.envelopes[path];
        const inner: Properties = outside ? {} : outer;
        for (const [name, property] of Object.entries(shape)) {
            const propertyValue = value[name];
            if (propertyValue === undefined) continue;
            const propertyPath = path ? `${path}.${name}` : name;
            const target = outside?.includes(name) ? outer : inner;
            target[this.armName(propertyPath, name)] = this.valueToArm(
                propertyValue,
                property.shape,
                propertyPath,
            );
        }
        if (outside) outer.properties = inner;
        return outer;
    }

    private valueFromArm(value: Value, shape: Shape, path: string): Value {
        if (shape.kind === "list" && Array.isArray(value)) {
            return value.map(item => this.valueFromArm(item, shape.items, path));
        }
        if (shape.kind !== "object" || !isObject(value)) return value;
        return this.objectFromArm(value, this.schema.objects[shape.type] ?? {}, path);
    }

    private objectFromArm(value: Properties, shape: ObjectShape, path: string): Properties {
        const result: Properties = {};
        const outside = this.layout.envelopes[path];
        const inner = outside && isObject(value.properties) ? value.properties : {};
        for (const [name, property] of Object.entries(shape)) {
            const propertyPath = path ? `${path}.${name}` : name;
            const source = !outside || outside.includes(name) ? value : inner;
            const armValue = source[this.armName(propertyPath, name)];
            if (armValue === undefined || armValue === null) continue;
            result[name] = this.valueFromArm(armValue, property.shape, propertyPath);
        }
        return result;
    }

    private armName(path: string, name: string): string {
        return this.layout.wireNames?.[path] ?? name;
    }
}
