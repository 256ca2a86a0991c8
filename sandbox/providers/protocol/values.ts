import * as struct from "google-protobuf/google/protobuf/struct_pb.js";

/** A property value as the engine sends it: plain data in which a value not known yet is the string `UNKNOWN`. */
export type Value = null | boolean | number | string | Value[] | Properties;

/** Named property values, of a resource or of an object inside one. */
export interface Properties {
    [name: string]: Value;
}

/** How the engine's wire format writes a value that is not known yet (`UnknownStringValue` of Pulumi's SDK). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key that marks an object of the wire format as something else than an object, here always as a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** `value`, marked so that the engine encrypts it in the state and masks it when it shows it. */
export function secret(value: Value): Value {
    return { [SIGNATURE]: SECRET, value };
}

export function isObject(value: Value | undefined): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is unknown, or something unknown is in it. */
export function hasUnknown(value: Value | undefined): boolean {
    if (value === UNKNOWN) return true;
    if (Array.isArray(value)) return value.some(hasUnknown);
    return isObject(value) && Object.values(value).some(hasUnknown);
}

/** The properties of a message without those that are null, and without secret marks. */
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

/** Whether two values are the same, whatever the order of their properties. */
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
