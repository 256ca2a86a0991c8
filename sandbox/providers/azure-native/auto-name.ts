import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "../protocol/provider";
import type { Properties, Value } from "../protocol/values";

/** The number of random digits at the end of a generated name. */
const SUFFIX_LENGTH = 8;

const UUID_BYTES = 16;

/** `copy`: the name in the program. `random`: the name in the program and random digits. `uuid`: a random UUID. */
export type NameStyle = "random" | "copy" | "uuid";

/** An input that azure-native adds if the name is random. It permits a replacement to be created before the deletion. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

/**
 * The inputs with the name of a resource that has none in the program. The name is the first of these: the present name
 * of the resource, the one that the auto-naming setting of the project determines, a generated name of the given style.
 */
export function generatedName(
    request: CheckRequest,
    { input, style }: { input: string; style: NameStyle },
): Properties {
    const { olds, naming, name } = request;
    const present = olds[input];
    if (present !== undefined) return named(input, present, olds[CREATE_BEFORE_DELETE] === true);
    if (naming?.mode === "disable") return {};
    if (naming) return named(input, naming.name, true);
    if (style === "copy") return named(input, name, false);
    const digits = randomDigits(name, request.randomSeed);
    const generated = style === "uuid" ? uuid(digits) : name + digits.slice(0, SUFFIX_LENGTH);
    return named(input, generated, true);
}

function named(input: string, name: Value, random: boolean): Properties {
    return { [input]: name, ...(random && { [CREATE_BEFORE_DELETE]: true }) };
}

/** Random hexadecimal digits. The same seed gives the same digits, so that preview and update generate the same name. */
function randomDigits(name: string, seed: Uint8Array): string {
    const entropy =
        seed.length > 0 ? createHash("sha512").update(seed).update(name).digest() : randomBytes(UUID_BYTES);
    return entropy.toString("hex");
}

function uuid(digits: string): string {
    return digits.slice(0, 2 * UUID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
