import { expect, it } from "vitest";
import { failureOf } from "./script";

it("passes lint and format checks", async () => {
    expect(await failureOf("lint")).toBe("");
});
