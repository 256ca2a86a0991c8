import * as fc from "fast-check";

/** Everything that a user can write as text. Whatever is accepted may add words to lines, but no line and no directive. */
export const hostileText = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc
        .tuple(
            fc.constantFrom("a", "/", "127.0.0.1", "iris"),
            fc.constantFrom(..."\n\r\t \"'\\#${}%[]|;:\u2028"),
            fc.string(),
        )
        .map(parts => parts.join("")),
);
