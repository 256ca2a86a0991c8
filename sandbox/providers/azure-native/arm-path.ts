import type { Properties } from "../protocol/values";

/** A name in braces; `{+scope}` stands for several segments, with the slash before them. */
const PARAMETER = /\{(\+?)(\w+)\}/g;

/** The names in braces of a path template, e.g. `resourceGroupName`. */
export function pathParameters(template: string): string[] {
    return [...template.matchAll(PARAMETER)].map(([, , name]) => name as string);
}

/** The path with the given values in place of the names in braces. */
export function fillPath(template: string, values: Properties): string {
    return template.replace(PARAMETER, (_, several: string, name: string) => {
        const value = values[name];
        if (typeof value !== "string") throw new Error(`expected string value for path parameter '${name}'`);
        if (several) return `/${value.replace(/^\/|\/$/g, "")}`;
        return encodeURIComponent(value).replaceAll("%40", "@"); // the record set at a zone's apex is called "@"
    });
}

/** The values of the names in braces that make `template` the path `id`. ARM ids are the same in every case. */
export function parsePath(template: string, id: string): Properties {
    const names = pathParameters(template);
    const pattern = template
        .replace(/[.$]/g, "\\$&")
        .replace(PARAMETER, (_, several: string) => (several ? "(/.+)" : "([^/]+)"));
    const match = new RegExp(`^${pattern}/?$`, "i").exec(id);
    if (!match) throw new Error(`failed to parse resource ID '${id}' with path '${template}'`);
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]));
}
