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
    it("takes inputs from outputs, without what is no input and without empty collections", () => {
        const outputs = { image: "a", state: "Running", metadata: {}, variables: [{ name: "A", from: "x" }] };
        expect(inputsAmong(outputs, shape, schema)).toEqual({ image: "a", variables: [{ name: "A" }] });
    });

    it("keeps secrets that the server does not show, as long as it shows the same as before", () => {
        const inputs = { image: "a", variables: [{ name: "KEY", secureValue: "s" }] };
        const shown = { image: "a", variables: [{ name: "KEY" }] };
        expect(refreshedInputs(inputs, shown, { ...shown, image: "b" })).toEqual({ ...inputs, image: "b" });
    });

    it("does not take over what the server has filled in all along", () => {
        expect(refreshedInputs({}, { sku: "Standard" }, { sku: "Standard" })).toEqual({});
    });

    it("takes over what was added, changed and removed inside", () => {
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
