import { expect, it } from "vitest";
import { npmScript } from "./npm-script";

it("has no errors of types", async () => {
    expect(await npmScript("typecheck")).toBe("");
});
