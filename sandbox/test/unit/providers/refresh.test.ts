import { describe, expect, it } from "vitest";
import { inputsAmong } from "../../../providers/azure-native/refresh";
import type { ObjectShape, Schema } from "../../../providers/azure-native/schema";
import { refreshedInputs } from "../../../providers/protocol/refreshed-inputs";
import type { Properties } from "../../../providers/protocol/values";

const schema: Schema = {
    resources: {},
    functions: {},
    objects: { Variable: { name: { shape: { kind: "string" } }, value: { shape: { kind: "string" } } } },
};
const shape: ObjectShape = {
    image: { shape: { kind: "string" } },
    variables: { shape: { kind: "list", items: { kind: "object", type: "Variable" } } },
    metadata: { shape: { kind: "map", items: { kind: "string" } } },
};

describe("a refresh", () => {
    it("extracts inputs from outputs, without other outputs and without empty collections", () => {
        const outputs = { image: "a", state: "Running", metadata: {}, variables: [{ name: "A", from: "x" }] };
        expect(inputsAmong(outputs, shape, schema)).toEqual({ image: "a", variables: [{ name: "A" }] });
    });

    it("retains secrets that the server does not return, if the properties around them are unchanged", () => {
        const inputs = { image: "a", variables: [{ name: "KEY", secureValue: "s" }] };
        const shown = { image: "a", variables: [{ name: "KEY" }] };
        expect(refreshedInputs(inputs, shown, { ...shown, image: "b" })).toEqual({ ...inputs, image: "b" });
    });

    it("ignores defaults of the server that are in both answers", () => {
        expect(refreshedInputs({}, { sku: "Standard" }, { sku: "Standard" })).toEqual({});
    });

    it("applies additions, changes and deletions inside of objects and lists", () => {
        const inputs = { tags: { a: "1", b: "1" }, variables: [{ name: "A", value: "1", secureValue: "s" }] };
        const before = { tags: { a: "1", b: "1" }, variables: [{ name: "A", value: "1" }] };
        const after: Properties = {
            tags: { a: "2", c: "3" },
            variables: [{ name: "A", value: "2" }, { name: "B" }],
        };
        expect(refreshedInputs(inputs, before, after)).toEqual({
            tags: { a: "2", c: "3" },
            variables: [{ name: "A", value: "2", secureValue: "s" }, { name: "B" }],
        });
    });
});
