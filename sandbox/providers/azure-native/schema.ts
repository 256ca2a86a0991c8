/** The type of a property. `any` also represents properties for which the SDK permits several types of object. */
export type Shape =
    | { kind: "string" | "number" | "boolean" | "any" }
    | { kind: "list" | "map"; items: Shape }
    | { kind: "object"; type: string };

export interface PropertyShape {
    shape: Shape;
    required?: true;
}

/** The properties of an object type, by their names in the SDK. */
export type ObjectShape = Record<string, PropertyShape>;

/** The part of the schema of azure-native that the stand-in needs. `build/sdk-schema.ts` generates it. */
export interface Schema {
    /** By module and name, e.g. `containerinstance:ContainerGroup`. */
    resources: Record<string, { apiVersion: string; inputs: ObjectShape; outputs: ObjectShape }>;
    /** By module and name, e.g. `storage:listStorageAccountKeys`. */
    functions: Record<string, { apiVersion: string; result: ObjectShape }>;
    /** The object types, by the names in `Shape`. */
    objects: Record<string, ObjectShape>;
}
