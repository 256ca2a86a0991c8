import { isObject, type Properties, type Value } from "../protocol/values";
import type { TypeMapping } from "./type-mapping";
import type { ObjectShape, Schema, Shape } from "./schema";

type Layout = Pick<TypeMapping, "envelopes" | "wireNames">;

/** Lists of ids in the SDK that are objects with these ids as names in ARM. */
const ID_SETS = ["identity.userAssignedIdentities"];

/** Translates between the names and nesting of the SDK and those of ARM. Properties that the shape lacks are left out. */
export class WireFormat {
    constructor(
        private readonly schema: Schema,
        private readonly layout: Layout,
    ) {}

    /** The ARM body for `properties` of the SDK. */
    body(properties: Properties, shape: ObjectShape): Properties {
        return this.outwardObject(properties, shape, "");
    }

    /** The SDK's properties for an ARM `body`. */
    properties(body: Properties, shape: ObjectShape): Properties {
        return this.inwardObject(body, shape, "");
    }

    private outward(value: Value, shape: Shape, path: string): Value {
        if (shape.kind === "list" && Array.isArray(value)) {
            if (ID_SETS.includes(path)) return Object.fromEntries(value.map(id => [id as string, {}]));
            return value.map(item => this.outward(item, shape.items, path));
        }
        if (shape.kind !== "object" || !isObject(value)) return value;
        return this.outwardObject(value, this.schema.objects[shape.type] ?? {}, path);
    }

    private outwardObject(value: Properties, shape: ObjectShape, path: string): Properties {
        const outer: Properties = {};
        const outside = this.layout.envelopes[path];
        const inner: Properties = outside ? {} : outer;
        for (const [name, property] of Object.entries(shape)) {
            const propertyValue = value[name];
            if (propertyValue === undefined) continue;
            const propertyPath = path ? `${path}.${name}` : name;
            const target = outside?.includes(name) ? outer : inner;
            target[this.wireName(propertyPath, name)] = this.outward(
                propertyValue,
                property.shape,
                propertyPath,
            );
        }
        if (outside) outer.properties = inner;
        return outer;
    }

    private inward(value: Value, shape: Shape, path: string): Value {
        if (shape.kind === "list" && Array.isArray(value)) {
            return value.map(item => this.inward(item, shape.items, path));
        }
        if (shape.kind !== "object" || !isObject(value)) return value;
        return this.inwardObject(value, this.schema.objects[shape.type] ?? {}, path);
    }

    private inwardObject(value: Properties, shape: ObjectShape, path: string): Properties {
        const result: Properties = {};
        const outside = this.layout.envelopes[path];
        const inner = outside && isObject(value.properties) ? value.properties : {};
        for (const [name, property] of Object.entries(shape)) {
            const propertyPath = path ? `${path}.${name}` : name;
            const source = !outside || outside.includes(name) ? value : inner;
            const found = source[this.wireName(propertyPath, name)];
            if (found === undefined || found === null) continue;
            result[name] = this.inward(found, property.shape, propertyPath);
        }
        return result;
    }

    private wireName(path: string, name: string): string {
        return this.layout.wireNames?.[path] ?? name;
    }
}
