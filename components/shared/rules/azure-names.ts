import type { Rule } from ".";

/** "Resolve errors for reserved resource names": refused for each resource that has a host name, in any case. */
const RESERVED_PARTS = ["microsoft", "windows"];
const RESERVED_START = "login";
const RESERVED_NAMES = (
    "access azure bing bizspark biztalk cortana directx dotnet dynamics excel exchange forefront groove hololens hyperv kinect lync " +
    "msdn o365 office office365 onedrive onenote outlook powerpoint sharepoint skype visio visualstudio xbox"
).split(" ");

/** Why Azure refuses every name that begins with `text`. */
export const reservedPrefix: Rule<string> = text => {
    const lower = typeof text === "string" ? text.toLowerCase() : "";
    const part = RESERVED_PARTS.find(word => lower.includes(word));
    if (part !== undefined)
        return `is ${JSON.stringify(text)}, which contains "${part}", a word that Azure reserves; use another name`;
    return lower.startsWith(RESERVED_START)
        ? `is ${JSON.stringify(text)}, which begins with "${RESERVED_START}", a word that Azure reserves; use another name`
        : undefined;
};

/** Why Azure refuses this name. */
export const reservedName: Rule<string> = text => {
    const isReserved = typeof text === "string" && RESERVED_NAMES.includes(text.toLowerCase());
    return isReserved
        ? `is ${JSON.stringify(text)}, a name that Azure reserves; use another name, like contoso-${text.toLowerCase()}`
        : reservedPrefix(text);
};

const MAX_TAGS = 50;
const MAX_TAG_NAME_LENGTH = 512;
/** Storage accounts allow fewer characters ("Use tags to organize your Azure resources", limitations). */
export const MAX_STORAGE_TAG_NAME_LENGTH = 128;
const MAX_TAG_VALUE_LENGTH = 256;
const RESERVED_TAG_PREFIXES = ["microsoft", "azure", "windows"];

/** Azure compares the names of tags without case. */
export function tagNamesProblem(names: readonly string[]): string | undefined {
    if (names.length > MAX_TAGS) return `has ${names.length} tags; Azure allows at most ${MAX_TAGS}`;
    const lower = names.map(name => name.toLowerCase());
    const duplicate = names.find((_, index) => lower.indexOf(lower[index] ?? "") !== index);
    return duplicate === undefined
        ? undefined
        : `has ${JSON.stringify(duplicate)} twice, because Azure ignores the case of the names of tags; remove one`;
}

/** @param maxLength the smallest limit of the resources that get the tags */
export function tagNameProblem(name: string, maxLength = MAX_TAG_NAME_LENGTH): string | undefined {
    if (name.trim() === "") return "has an empty name, which Azure refuses; give it a name";
    if (name.length > maxLength)
        return `has a name of ${name.length} characters; Azure allows at most ${maxLength} for the resources of this service`;
    if (/[<>%&\\?/]/.test(name))
        return "has one of < > % & \\ ? / in its name, which Azure refuses; remove it";
    const prefix = RESERVED_TAG_PREFIXES.find(reserved => name.toLowerCase().startsWith(reserved));
    return prefix === undefined
        ? undefined
        : `has a name that begins with "${prefix}", which Azure reserves; use another name`;
}

export const tagValue: Rule<string> = value => {
    if (typeof value !== "string") return `is a ${typeof value}, not a string; write it in quotes`;
    return value.length > MAX_TAG_VALUE_LENGTH
        ? `has ${value.length} characters; Azure allows at most ${MAX_TAG_VALUE_LENGTH}`
        : undefined;
};
