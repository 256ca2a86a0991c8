import { z } from "zod";
import { invalidContent } from "./errors";

/** An enum that ignores case, as ARM does. The parsed value has the case of the list. */
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

/** @throws ArmError InvalidRequestContent that lists every problem */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const problems = result.error.issues.map(
        ({ path, message }) => `${path.join(".") || "body"}: ${message}`,
    );
    throw invalidContent(problems.join("; "));
}
