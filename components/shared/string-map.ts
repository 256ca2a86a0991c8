import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "./argument-check";
import type { Rule } from "./rules";
import { tagNameProblem, tagNamesProblem, tagValue } from "./rules/azure-names";

/** Strings by name, e.g. environment variables or tags. */
export type StringMap = Record<string, pulumi.Input<string>>;

/** Checks the name and the value of every entry. @param path the property path of the map */
export function readStringMap(
    check: ArgumentCheck,
    path: string,
    values: StringMap = {},
    rules: { name: Rule<string>; value: Rule<string> },
): StringMap {
    const checked: StringMap = {};
    for (const [name, value] of Object.entries(values)) {
        check.report(`${path}.${name}`, rules.name(name));
        checked[name] = check.input(`${path}.${name}`, value, rules.value);
    }
    return checked;
}

/**
 * Checks tags of Azure resources.
 * @param maxNameLength the smallest limit of the resources that get the tags
 */
export function readTags(check: ArgumentCheck, tags: StringMap = {}, maxNameLength?: number): StringMap {
    check.report("tags", tagNamesProblem(Object.keys(tags)));
    const name: Rule<string> = tag => tagNameProblem(tag, maxNameLength);
    return readStringMap(check, "tags", tags, { name, value: tagValue });
}
