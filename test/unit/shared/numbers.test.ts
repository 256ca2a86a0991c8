import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amountInSteps } from "../../../components/shared/rules/numbers";

describe("an amount in steps", () => {
    const rule = amountInSteps(0.1, 240, "GB");

    it("accepts every multiple that a person writes in decimals", () =>
        fc.assert(
            fc.property(
                fc.integer({ min: 1, max: 2_400 }),
                count => rule(Number((count / 10).toFixed(1))) === undefined,
            ),
        ));

    it("names the nearest amounts, which it accepts", () =>
        fc.assert(
            fc.property(fc.double({ min: 0.001, max: 240, noNaN: true }), amount => {
                const [, named] = / set it to (.*)$/.exec(rule(amount) ?? "") ?? [];
                for (const nearest of named?.split(" or ") ?? [])
                    expect(rule(Number(nearest))).toBeUndefined();
            }),
        ));

    it.each([0, -1, 240.1, NaN, Infinity])("refuses %s", amount =>
        expect(rule(amount)).toMatch(/above 0, at most 240/),
    );
});
