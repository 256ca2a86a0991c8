import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "../protocol/provider";
import type { Properties, Value } from "../protocol/values";

/** Digits that a generated name ends with. */
const SUFFIX_LENGTH = 8;

/** The mark that azure-native leaves in the inputs when the name is random, so that a replacement may be created first. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

/**
 * The inputs that name a resource whose program does not: the name that it has already, else what the project's
 * auto-naming settings say, else its name in the program, with random digits where the name must not meet another.
 */
export function generatedName(
    request: CheckRequest,
    { input, style }: { input: string; style: "random" | "copy" },
): Properties {
    const { olds, naming, name } = request;
    const present = olds[input];
    if (present !== undefined) return named(input, present, olds[CREATE_BEFORE_DELETE] === true);
    if (naming?.mode === "disable") return {};
    if (naming) return named(input, naming.name, true);
    if (style === "copy") return named(input, name, false);
    return named(input, name + randomDigits(name, request.randomSeed), true);
}

function named(input: string, name: Value, random: boolean): Properties {
    return { [input]: name, ...(random && { [CREATE_BEFORE_DELETE]: true }) };
}

/** Hexadecimal digits that are the same for the same seed: preview and update must agree on a name. */
function randomDigits(name: string, seed: Uint8Array): string {
    const entropy =
        seed.length > 0
            ? createHash("sha512").update(seed).update(name).digest()
            : randomBytes(SUFFIX_LENGTH);
    return entropy.toString("hex").slice(0, SUFFIX_LENGTH);
}
