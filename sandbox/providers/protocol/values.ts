import * as struct from "google-protobuf/google/protobuf/struct_pb.js";

/** A property value as the engine sends it: plain data in which the string `UNKNOWN` represents a value that is not known yet. */
export type Value = null | boolean | number | string | Value[] | Properties;

/** The property values of a resource, or of an object inside a resource, by name. */
export interface Properties {
    [name: string]: Value;
}

/** Represents a value that is not known yet (`UnknownStringValue` in Pulumi's SDK). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** An object with the key `SIGNATURE` represents a special value. The value of the key says which kind; here, always a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value as secret: the engine encrypts it in the state and masks it in its output. */
export function secret(value: Value): Value {
    return { [SIGNATURE]: SECRET, value };
}

export function isObject(value: Value | undefined): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is unknown or contains an unknown value. */
export function hasUnknown(value: Value | undefined): boolean {
    if (value === UNKNOWN) return true;
    if (Array.isArray(value)) return value.some(hasUnknown);
    return isObject(value) && Object.values(value).some(hasUnknown);
}

/** The properties in a message. Null values are omitted, and secrets are replaced with their plain values. */
export function fromStruct(message: struct.Struct | undefined): Properties {
    return message ? (plain(message.toJavaScript()) as Properties) : {};
}

export function toStruct(properties: Properties): struct.Struct {
    return struct.Struct.fromJavaScript(properties);
}

function plain(value: Value): Value {
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    if (value[SIGNATURE] === SECRET) return plain(value.value ?? null);
    const entries = Object.entries(value).filter(([, inner]) => inner !== null);
    return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

/** Whether two values are equal. The order of properties does not matter. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
    if (a === b) return true;
    if (Array.isArray(a) && Array.isArray(b)) {
        return a.length === b.length && a.every((item, index) => equal(item, b[index]));
    }
    if (!isObject(a) || !isObject(b)) return false;
    const names = Object.keys(a);
    return (
        names.length === Object.keys(b).length && names.every(name => name in b && equal(a[name], b[name]))
    );
}
