import { expect, it } from "vitest";
import { failureOf } from "./script";

it("keeps to the style", async () => {
    expect(await failureOf("lint")).toBe("");
});
