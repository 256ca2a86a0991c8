import { randomInt } from "node:crypto";
import type { Properties } from "../protocol/values";

/** One kind of character, with the inputs of RandomString that enable it and set its minimum. */
interface CharacterKind {
    allowed: "lower" | "upper" | "numeric" | "special";
    least: "minLower" | "minUpper" | "minNumeric" | "minSpecial";
    characters: string;
}

const KINDS: CharacterKind[] = [
    { allowed: "lower", least: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
    { allowed: "upper", least: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { allowed: "numeric", least: "minNumeric", characters: "0123456789" },
    { allowed: "special", least: "minSpecial", characters: "!@#$%&*()-_=+[]{}<>:?" },
];

/** The default values of the inputs. */
export const TEXT_DEFAULTS = {
    lower: true,
    upper: true,
    numeric: true,
    special: true,
    minLower: 0,
    minUpper: 0,
    minNumeric: 0,
    minSpecial: 0,
} satisfies Properties;

/** The problems of the inputs of RandomString or RandomPassword. */
export function textProblems(inputs: Properties): string[] {
    const { length } = inputs;
    if (typeof length !== "number") return [];
    if (length < 1) return [`Attribute length value must be at least 1, got: ${length}`];
    const least = KINDS.reduce((sum, kind) => sum + Number(inputs[kind.least]), 0);
    if (least > length)
        return [`Attribute length value must be at least the sum of the minima (${least}), got: ${length}`];
    if (KINDS.every(kind => inputs[kind.allowed] !== true))
        return ["At least one kind of character must be allowed."];
    return [];
}

/** Generates a text according to the inputs of RandomString. */
export function randomText(inputs: Properties): string {
    const { overrideSpecial } = inputs;
    const kinds = KINDS.map(kind => {
        const special =
            kind.allowed === "special" && typeof overrideSpecial === "string" && overrideSpecial !== "";
        return special ? { ...kind, characters: overrideSpecial } : kind;
    });
    const required = kinds.flatMap(kind => pick(kind.characters, Number(inputs[kind.least])));
    const allowed = kinds.filter(kind => inputs[kind.allowed] === true).map(kind => kind.characters);
    const rest = pick(allowed.join(""), Number(inputs.length) - required.length);
    return shuffled([...required, ...rest]).join("");
}

function pick(characters: string, count: number): string[] {
    return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));
}

/** The shuffle of Fisher and Yates. */
function shuffled<Item>(items: Item[]): Item[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
        const other = randomInt(last + 1);
        [result[last], result[other]] = [result[other] as Item, result[last] as Item];
    }
    return result;
}
