import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

/** `pulumi config set --path` stores 0.5 as text and 5 as a number, so both are accepted. */
export const number = z.preprocess(
    value => (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
    z.number(),
);

/** Settings at the top level and secrets arrive as text. */
export const flag = z.preprocess(
    value => (value === "true" ? true : value === "false" ? false : value),
    z.boolean(),
);

/** Text whose form does not matter: a number or boolean is accepted as well. */
export const anyText = z.preprocess(asText, z.string());

/** One of these texts, in YAML also written as a number. */
export function anyForm<Names extends Record<string, string>>(names: Names) {
    return z.preprocess(asText, z.enum(names));
}

function asText(value: unknown): unknown {
    return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

/** Schemas for the texts in one top-level setting. All of them refuse numbers and booleans: see `unquoted`. */
export interface Texts {
    /** A name, an address or a path. Part of names and outputs, so it stays plain. */
    plain: z.ZodType<string>;
    /** Any other text. A secret when the engine calls the setting secret. */
    text: z.ZodType<pulumi.Input<string>>;
    /** A text that the component always handles as a secret. Its value is in no message. */
    secret: z.ZodType<string>;
}

/**
 * @param marked whether the engine calls the top-level setting secret: at least one value in it is, and the engine does not tell which
 * @param onKept runs for each value that stays secret
 */
export function texts(marked: boolean, onKept: () => void): Texts {
    const quoted = quotedText(!marked);
    const kept = <T>(value: T): T => {
        onKept();
        return value;
    };
    return {
        plain: quoted,
        text: quoted.transform(value => (marked ? kept(pulumi.secret(value)) : value)),
        secret: quotedText(false).transform(kept),
    };
}

/** @param shown whether messages repeat the value */
function quotedText(shown: boolean) {
    return z
        .string({ error: ({ input }) => unquoted(input, shown) })
        .refine(value => !REWRITTEN_DATE.test(value), {
            error: ({ input }) =>
                `is a date, which Pulumi rewrites when it reads YAML; write it in quotes${shown ? `: "${String(input).slice(0, "2026-11-28".length)}"` : ""}`,
        });
}

/** Go's `time.Time.String()`: the engine passes a date of YAML without quotes in this form. */
const REWRITTEN_DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} (UTC|[+-]\d{4})$/;

/** The engine reads YAML before the program starts, so the form of a number is lost: 1.30 arrives as 1.3, and 0755 as 493. */
function unquoted(value: unknown, shown: boolean): string {
    if (value === undefined) return "is missing";
    if (value === null) return "is empty; set a value, or remove the setting";
    if (typeof value !== "number" && typeof value !== "boolean") return "must be of type string";
    const type = typeof value;
    const lost = type === "number" ? "1.30 becomes 1.3, 0755 becomes 493" : "True becomes true";
    return `is the ${type}${shown ? ` ${value}` : ""}, but must be text, and YAML does not keep how a ${type} is written (${lost}); write it in quotes${shown ? `, like "${value}"` : ""}, or set it with pulumi config set --path --type string`;
}
