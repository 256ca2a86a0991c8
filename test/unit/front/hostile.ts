import * as fc from "fast-check";

/** Arbitrary text, with characters that have a meaning for HAProxy. Accepted text must not add a line or a directive. */
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
