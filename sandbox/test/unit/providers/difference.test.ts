import { describe, expect, it } from "vitest";
import { changes } from "../../../providers/protocol/difference";
import type { Properties } from "../../../providers/protocol/values";

describe("changes", () => {
    it("names the deepest places, lists by position", () => {
        const before: Properties = { list: [{ a: 1, b: 2 }, { a: 3 }], gone: true };
        const after: Properties = { list: [{ a: 1, b: 5 }], come: "x" };
        expect(changes(before, after).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
            "update list[0].b",
            "delete list[1]",
            "delete gone",
            "add come",
        ]);
    });

    it("quotes names that are not plain words", () => {
        const found = changes({ tags: { "a.b": "1", 'c"d': "1", "e[0]": "1" } }, { tags: {} });
        expect(found.map(({ path }) => path)).toEqual(['tags["a.b"]', 'tags["c\\"d"]', 'tags["e[0]"]']);
    });

    it("takes a value that becomes an object, or a list, for one change", () => {
        expect(changes({ a: "x" }, { a: { b: 1 } })).toMatchObject([{ path: "a", kind: "update" }]);
        expect(changes({ a: ["x"] }, { a: "x" })).toMatchObject([{ path: "a", kind: "update" }]);
    });

    it("finds nothing between equal trees", () => {
        expect(changes({ a: [{ b: null }] }, { a: [{ b: null }] })).toEqual([]);
    });
});
