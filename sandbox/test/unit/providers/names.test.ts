import { describe, expect, it } from "vitest";
import { fillPath, parsePath } from "../../../providers/azure-native/arm-path";
import { generatedName } from "../../../providers/azure-native/auto-name";
import { randomText, TEXT_DEFAULTS, textProblems } from "../../../providers/random/random-text";

const request = { name: "web", olds: {}, news: {}, randomSeed: new Uint8Array([1, 2, 3]) };
const random = { input: "groupName", style: "random" } as const;

describe("generated names", () => {
    it("end with eight digits, which are the same for the same seed", () => {
        const first = generatedName(request, random);
        expect(first).toEqual({
            groupName: expect.stringMatching(/^web[0-9a-f]{8}$/) as string,
            __createBeforeDelete: true,
        });
        expect(generatedName(request, random)).toEqual(first);
        expect(generatedName({ ...request, randomSeed: new Uint8Array([4]) }, random)).not.toEqual(first);
    });

    it("do not change in later updates", () => {
        expect(generatedName({ ...request, olds: { groupName: "old" } }, random)).toEqual({
            groupName: "old",
        });
    });

    it("obey the auto-naming setting of the project", () => {
        const nameFor = (mode: "propose" | "enforce" | "disable") =>
            generatedName({ ...request, naming: { mode, name: "set" } }, random).groupName;
        expect([nameFor("propose"), nameFor("enforce"), nameFor("disable")]).toEqual([
            "set",
            "set",
            undefined,
        ]);
    });

    it("are UUIDs where Azure requires UUIDs", () => {
        const { groupName } = generatedName(request, { ...random, style: "uuid" });
        expect(groupName).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    });

    it("of child resources are the names in the program", () => {
        expect(generatedName(request, { ...random, style: "copy" })).toEqual({ groupName: "web" });
    });
});

describe("paths", () => {
    it("may begin with the id of another resource", () => {
        const template = "{+scope}/providers/Microsoft.Authorization/roleAssignments/{name}";
        const scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnszones/contoso.com";
        const path = `${scope}/providers/Microsoft.Authorization/roleAssignments/a`;
        expect(fillPath(template, { scope, name: "a" })).toBe(path);
        expect(fillPath(template, { scope: scope.slice(1), name: "a" })).toBe(path);
        expect(parsePath(template, path)).toEqual({ scope, name: "a" });
    });

    const template = "/subscriptions/{subscriptionId}/zones/{zoneName}/{recordType}/{name}";

    it("are filled and parsed, regardless of upper and lower case in the fixed parts", () => {
        const values = { subscriptionId: "1", zoneName: "contoso.com", recordType: "CNAME", name: "@" };
        const path = fillPath(template, values);
        expect(path).toBe("/subscriptions/1/zones/contoso.com/CNAME/@");
        expect(parsePath(template, path.replace("zones", "Zones"))).toEqual(values);
    });

    it("of another type are rejected", () => {
        expect(() => parsePath(template, "/subscriptions/1/zones/contoso.com")).toThrow("failed to parse");
    });

    it("escape names that contain slashes", () => {
        const values = { subscriptionId: "1", zoneName: "a/b", recordType: "A", name: "../x" };
        expect(fillPath(template, values)).toBe("/subscriptions/1/zones/a%2Fb/A/..%2Fx");
    });
});

describe("random text", () => {
    it("contains the required kinds of characters, and only permitted ones", () => {
        const inputs = { ...TEXT_DEFAULTS, length: 12, upper: false, special: false, minNumeric: 10 };
        for (let round = 0; round < 50; round++) {
            const text = randomText(inputs);
            expect(text).toMatch(/^[a-z0-9]{12}$/);
            expect(text.replace(/\D/g, "").length).toBeGreaterThanOrEqual(10);
        }
    });

    it("uses the special characters that the program sets", () => {
        const inputs = { ...TEXT_DEFAULTS, length: 5, minSpecial: 5, overrideSpecial: "_" };
        expect(randomText(inputs)).toBe("_____");
    });

    it("is rejected if the inputs contradict each other", () => {
        expect(textProblems({ ...TEXT_DEFAULTS, length: 3, minUpper: 4 })).toHaveLength(1);
        expect(textProblems({ ...TEXT_DEFAULTS, length: 0 })).toHaveLength(1);
        const nothing = { lower: false, upper: false, numeric: false, special: false };
        expect(textProblems({ ...TEXT_DEFAULTS, ...nothing, length: 3 })).toHaveLength(1);
        expect(textProblems({ ...TEXT_DEFAULTS, length: 3 })).toEqual([]);
    });
});
