import { describe, expect, it } from "vitest";
import { fillPath, parsePath } from "../../../providers/azure-native/arm-path";
import { generatedName } from "../../../providers/azure-native/auto-name";
import { randomText, TEXT_DEFAULTS, textProblems } from "../../../providers/random/random-text";

const request = { name: "web", olds: {}, news: {}, randomSeed: new Uint8Array([1, 2, 3]) };
const random = { input: "groupName", style: "random" } as const;

describe("generated names", () => {
    it("end with eight digits that are the same for the same seed", () => {
        const first = generatedName(request, random);
        expect(first).toEqual({
            groupName: expect.stringMatching(/^web[0-9a-f]{8}$/) as string,
            __createBeforeDelete: true,
        });
        expect(generatedName(request, random)).toEqual(first);
        expect(generatedName({ ...request, randomSeed: new Uint8Array([4]) }, random)).not.toEqual(first);
    });

    it("stay what they are", () => {
        expect(generatedName({ ...request, olds: { groupName: "old" } }, random)).toEqual({
            groupName: "old",
        });
    });

    it("follow the project's settings", () => {
        const wish = (mode: "propose" | "enforce" | "disable") =>
            generatedName({ ...request, naming: { mode, name: "wished" } }, random).groupName;
        expect([wish("propose"), wish("enforce"), wish("disable")]).toEqual(["wished", "wished", undefined]);
    });

    it("are UUIDs where Azure wants those", () => {
        const { groupName } = generatedName(request, { ...random, style: "uuid" });
        expect(groupName).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    });

    it("of children are the names in the program", () => {
        expect(generatedName(request, { ...random, style: "copy" })).toEqual({ groupName: "web" });
    });
});

describe("paths", () => {
    it("may begin with the id of what they hang on", () => {
        const template = "{+scope}/providers/Microsoft.Authorization/roleAssignments/{name}";
        const scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnszones/contoso.com";
        const path = `${scope}/providers/Microsoft.Authorization/roleAssignments/a`;
        expect(fillPath(template, { scope, name: "a" })).toBe(path);
        expect(fillPath(template, { scope: scope.slice(1), name: "a" })).toBe(path);
        expect(parsePath(template, path)).toEqual({ scope, name: "a" });
    });

    const template = "/subscriptions/{subscriptionId}/zones/{zoneName}/{recordType}/{name}";

    it("are filled and read back, whatever the case of the fixed parts", () => {
        const values = { subscriptionId: "1", zoneName: "contoso.com", recordType: "CNAME", name: "@" };
        const path = fillPath(template, values);
        expect(path).toBe("/subscriptions/1/zones/contoso.com/CNAME/@");
        expect(parsePath(template, path.replace("zones", "Zones"))).toEqual(values);
    });

    it("of another type are refused", () => {
        expect(() => parsePath(template, "/subscriptions/1/zones/contoso.com")).toThrow("failed to parse");
    });

    it("do not let a name reach into another resource", () => {
        const values = { subscriptionId: "1", zoneName: "a/b", recordType: "A", name: "../x" };
        expect(fillPath(template, values)).toBe("/subscriptions/1/zones/a%2Fb/A/..%2Fx");
    });
});

describe("random text", () => {
    it("has the demanded kinds of characters, and only allowed ones", () => {
        const inputs = { ...TEXT_DEFAULTS, length: 12, upper: false, special: false, minNumeric: 10 };
        for (let round = 0; round < 50; round++) {
            const text = randomText(inputs);
            expect(text).toMatch(/^[a-z0-9]{12}$/);
            expect(text.replace(/\D/g, "").length).toBeGreaterThanOrEqual(10);
        }
    });

    it("takes special characters from the program", () => {
        const inputs = { ...TEXT_DEFAULTS, length: 5, minSpecial: 5, overrideSpecial: "_" };
        expect(randomText(inputs)).toBe("_____");
    });

    it("is refused when it cannot be", () => {
        expect(textProblems({ ...TEXT_DEFAULTS, length: 3, minUpper: 4 })).toHaveLength(1);
        expect(textProblems({ ...TEXT_DEFAULTS, length: 0 })).toHaveLength(1);
        const nothing = { lower: false, upper: false, numeric: false, special: false };
        expect(textProblems({ ...TEXT_DEFAULTS, ...nothing, length: 3 })).toHaveLength(1);
        expect(textProblems({ ...TEXT_DEFAULTS, length: 3 })).toEqual([]);
    });
});
