import { expect, it } from "vitest";
import { npmScript } from "./npm-script";

it("keeps to the style", async () => {
    expect(await npmScript("lint")).toBe("");
});
