import { expect, it } from "vitest";
import { failureOf } from "./script";

it("has no errors of types", async () => {
    expect(await failureOf("typecheck")).toBe("");
});
