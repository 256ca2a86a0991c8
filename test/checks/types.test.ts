import { expect, it } from "vitest";
import { failureOf } from "./script";

it("type-checks", async () => {
    expect(await failureOf("typecheck")).toBe("");
});
