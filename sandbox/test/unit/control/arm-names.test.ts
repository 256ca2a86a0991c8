import { describe, expect, it } from "vitest";
import { ArmError } from "../../../control/arm/errors";
import { checkReservedNames } from "../../../control/arm/names";
import { tagsOf } from "../../../control/arm/tags";

const GROUP = "Microsoft.ContainerInstance/containerGroups";
const STORAGE = "Microsoft.Storage/storageAccounts";

function refusal(check: () => unknown): string | undefined {
    try {
        check();
        return undefined;
    } catch (error) {
        if (error instanceof ArmError) return error.code;
        throw error;
    }
}

describe("the name of a resource with a host name", () => {
    it.each(["my-microsoft-model", "Windows", "login-service", "LOGIN", "azure", "Office365", "xbox"])(
        "is refused: %s",
        name => expect(refusal(() => checkReservedNames(GROUP, [name]))).toBe("ReservedResourceName"),
    );

    it("is refused as the label of the host name", () =>
        expect(refusal(() => checkReservedNames(GROUP, ["iris", "windows-x7k2q9"]))).toBe(
            "ReservedResourceName",
        ));

    it.each(["contoso-login", "azure-iris", "window", "xbox1"])("is accepted: %s", name =>
        expect(refusal(() => checkReservedNames(GROUP, [name, undefined]))).toBeUndefined(),
    );

    it("is accepted for a resource without a host name", () =>
        expect(
            refusal(() => checkReservedNames("Microsoft.Resources/resourceGroups", ["windows"])),
        ).toBeUndefined());
});

describe("tags", () => {
    const many = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, ""]));

    it.each<[code: string, tags: unknown, type?: string]>([
        ["InvalidRequestContent", { a: 1 }],
        ["InvalidTags", many(51)],
        ["DuplicateTagNames", { Team: "a", team: "b" }],
        ["InvalidTagNameLength", { "": "a" }],
        ["InvalidTagNameLength", { ["a".repeat(513)]: "a" }],
        ["InvalidTagNameLength", { ["a".repeat(129)]: "a" }, STORAGE],
        ["InvalidTagNameCharacters", { "a/b": "c" }],
        ["ReservedTagName", { "Azure-team": "a" }],
        ["InvalidTagValueLength", { a: "b".repeat(257) }],
    ])("are refused with %s", (code, tags, type = GROUP) =>
        expect(refusal(() => tagsOf({ tags }, type))).toBe(code),
    );

    it("are accepted at the limits", () => {
        const tags = { ...many(49), ["a".repeat(512)]: "b".repeat(256) };
        expect(tagsOf({ tags }, GROUP)).toEqual(tags);
    });
});
