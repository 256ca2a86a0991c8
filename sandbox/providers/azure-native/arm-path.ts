import type { Properties } from "../protocol/values";

/** A name in braces; `{+scope}` represents several segments and the slash before them. */
const PARAMETER = /\{(\+?)(\w+)\}/g;

/** The names in braces of a path template, e.g. `resourceGroupName`. */
export function pathParameters(template: string): string[] {
    return [...template.matchAll(PARAMETER)].map(([, , name]) => name as string);
}

/** Replaces the names in braces with values. */
export function fillPath(template: string, values: Properties): string {
    return template.replace(PARAMETER, (_, several: string, name: string) => {
        const value = values[name];
        if (typeof value !== "string") throw new Error(`expected string value for path parameter '${name}'`);
        if (several) return `/${value.replace(/^\/|\/$/g, "")}`;
        return encodeURIComponent(value).replaceAll("%40", "@"); // The record set at the apex of a zone has the name "@".
    });
}

/** The inverse of `fillPath`: the values for the names in braces. Upper and lower case of ARM ids do not matter. */
export function parsePath(template: string, id: string): Properties {
    const names = pathParameters(template);
    const pattern = template
        .replace(/[.$]/g, "\\$&")
        .replace(PARAMETER, (_, several: string) => (several ? "(/.+)" : "([^/]+)"));
    const match = new RegExp(`^${pattern}/?$`, "i").exec(id);
    if (!match) throw new Error(`failed to parse resource ID '${id}' with path '${template}'`);
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]));
}
