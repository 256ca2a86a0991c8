/** What a property holds. Where the SDK allows several kinds of object, it is not looked into (`any`). */
export type Shape =
    | { kind: "string" | "number" | "boolean" | "any" }
    | { kind: "list" | "map"; items: Shape }
    | { kind: "object"; type: string };

export interface PropertyShape {
    shape: Shape;
    required?: true;
}

/** The properties of an object type by their names in the SDK. */
export type ObjectShape = Record<string, PropertyShape>;

/** The part of azure-native's schema that the stand-in needs. */
export interface Schema {
    /** By module and name: `containerinstance:ContainerGroup`. */
    resources: Record<string, { apiVersion: string; inputs: ObjectShape; outputs: ObjectShape }>;
    /** By module and name: `storage:listStorageAccountKeys`. */
    functions: Record<string, { apiVersion: string; result: ObjectShape }>;
    /** The object types by the names that shapes use. */
    objects: Record<string, ObjectShape>;
}
