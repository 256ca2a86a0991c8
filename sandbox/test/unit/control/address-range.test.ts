import { describe, expect, it } from "vitest";
import { type AddressRange, addressRange, contains, overlap } from "../../../control/networks/address-range";

function range(text: string): AddressRange {
    const found = addressRange(text);
    if (found === undefined) throw new Error(`${text} is not a range.`);
    return found;
}

describe("an address range", () => {
    it.each(["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "10.1.2.128/25", "fd00::/8"])("%s is parsed", text => {
        expect(addressRange(text)?.text).toBe(text);
    });

    it.each(["10.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "a/8", ""])(
        "%s is refused",
        text => {
            expect(addressRange(text)).toBeUndefined();
        },
    );

    it.each([
        ["10.0.0.0/8", "10.1.0.0/16", true],
        ["10.1.0.0/16", "10.1.0.0/16", true],
        ["10.1.0.0/16", "10.0.0.0/8", false],
        ["10.1.0.0/16", "10.2.0.0/16", false],
        ["fd00::/8", "fd01::/16", true],
        ["0.0.0.0/0", "fd00::/8", false],
    ])("%s contains %s: %s", (outer, inner, expected) => {
        expect(contains(range(outer), range(inner))).toBe(expected);
        expect(overlap(range(inner), range(outer))).toBe(expected || contains(range(inner), range(outer)));
    });
});
