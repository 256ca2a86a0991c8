import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "../protocol/provider";
import type { Properties, Value } from "../protocol/values";

/** Digits that a generated name ends with. */
const SUFFIX_LENGTH = 8;

const UUID_BYTES = 16;

/** `copy` is the resource's name in the program, `random` that with digits, `uuid` has nothing of it. */
export type NameStyle = "random" | "copy" | "uuid";

/** The mark that azure-native leaves in the inputs when the name is random, so that a replacement may be created first. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

/**
 * The inputs that name a resource whose program does not: the name that it has already, else what the project's
 * auto-naming settings say, else one of the given style.
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

/** Hexadecimal digits that are the same for the same seed: preview and update must agree on a name. */
function randomDigits(name: string, seed: Uint8Array): string {
    const entropy =
        seed.length > 0 ? createHash("sha512").update(seed).update(name).digest() : randomBytes(UUID_BYTES);
    return entropy.toString("hex");
}

function uuid(digits: string): string {
    return digits.slice(0, 2 * UUID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
