import { describe, expect, it } from "vitest";
import { changes } from "../../../providers/protocol/difference";
import type { Properties } from "../../../providers/protocol/values";

describe("changes", () => {
    it("returns the deepest paths, and compares lists by index", () => {
        const before: Properties = { list: [{ a: 1, b: 2 }, { a: 3 }], gone: true };
        const after: Properties = { list: [{ a: 1, b: 5 }], come: "x" };
        expect(changes(before, after).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
            "update list[0].b",
            "delete list[1]",
            "delete gone",
            "add come",
        ]);
    });

    it("quotes names with special characters", () => {
        const found = changes({ tags: { "a.b": "1", 'c"d': "1", "e[0]": "1" } }, { tags: {} });
        expect(found.map(({ path }) => path)).toEqual(['tags["a.b"]', 'tags["c\\"d"]', 'tags["e[0]"]']);
    });

    it("returns one change for a value that becomes an object or a list", () => {
        expect(changes({ a: "x" }, { a: { b: 1 } })).toMatchObject([{ path: "a", kind: "update" }]);
        expect(changes({ a: ["x"] }, { a: "x" })).toMatchObject([{ path: "a", kind: "update" }]);
    });

    it("returns nothing for equal trees", () => {
        expect(changes({ a: [{ b: null }] }, { a: [{ b: null }] })).toEqual([]);
    });
});
