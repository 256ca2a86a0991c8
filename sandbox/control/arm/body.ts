import { z } from "zod";
import { invalidContent } from "./errors";

/** One of the words, in whatever case it was sent; what is kept has the case of the list, as with ARM. */
export function word<const Words extends readonly [string, ...string[]]>(...words: Words) {
    return z.preprocess(
        value =>
            typeof value === "string"
                ? (words.find(one => one.toLowerCase() === value.toLowerCase()) ?? value)
                : value,
        z.enum(words),
    );
}

/** An optional member that clients may also send as null. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
    return z.preprocess(value => (value === null ? undefined : value), schema.optional());
}

/** @throws ArmError InvalidRequestContent with all that does not fit */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const problems = result.error.issues.map(
        ({ path, message }) => `${path.join(".") || "body"}: ${message}`,
    );
    throw invalidContent(problems.join("; "));
}
