import type { JsonObject } from "../state/resource";
import { ArmError, invalidContent } from "./errors";

/** "Use tags to organize your Azure resources and management hierarchy", limitations. */
const MAXIMUM_TAGS = 50;
const MAXIMUM_NAME = 512;
const MAXIMUM_STORAGE_NAME = 128;
const MAXIMUM_VALUE = 256;

/** The tags in a request. @throws ArmError if Azure would refuse them */
export function tagsOf({ tags }: JsonObject, type: string): Record<string, string> {
    const valid =
        typeof tags === "object" &&
        tags !== null &&
        !Array.isArray(tags) &&
        Object.values(tags).every(value => typeof value === "string");
    if (!valid) throw invalidContent("tags must be an object of strings");
    checkTags(tags as Record<string, string>, type);
    return tags as Record<string, string>;
}

function checkTags(tags: Record<string, string>, type: string): void {
    const names = Object.keys(tags);
    if (names.length > MAXIMUM_TAGS) {
        throw refused("InvalidTags", `${names.length} tags were given. The maximum is ${MAXIMUM_TAGS}`);
    }
    if (new Set(names.map(name => name.toLowerCase())).size < names.length) {
        throw refused("DuplicateTagNames", "the names of tags must differ by more than their case");
    }
    const isStorage = type.toLowerCase() === "microsoft.storage/storageaccounts";
    const longest = isStorage ? MAXIMUM_STORAGE_NAME : MAXIMUM_NAME;
    for (const [name, value] of Object.entries(tags)) {
        if (name.trim() === "" || name.length > longest) {
            throw refused(
                "InvalidTagNameLength",
                `a name has ${name.length} characters, not 1 to ${longest}`,
            );
        }
        if (/[<>%&\\?/]/.test(name)) {
            throw refused("InvalidTagNameCharacters", `the name '${name}' has one of < > % & \\ ? /`);
        }
        if (/^(microsoft|azure|windows)/i.test(name)) {
            throw refused("ReservedTagName", `the name '${name}' begins with a reserved prefix`);
        }
        if (value.length > MAXIMUM_VALUE) {
            throw refused(
                "InvalidTagValueLength",
                `the value of '${name}' has ${value.length} characters. The maximum is ${MAXIMUM_VALUE}`,
            );
        }
    }
}

function refused(code: string, reason: string): ArmError {
    return new ArmError(400, code, `The tags of the request are invalid: ${reason}.`);
}
