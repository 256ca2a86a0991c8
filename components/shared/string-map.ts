import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "./argument-check";
import type { Rule } from "./rules";
import { tagCountProblem, tagNameProblem, tagValue } from "./rules/text";

/** Values by name. */
export type StringMap = Record<string, pulumi.Input<string>>;

/** @param path where the values stand among the arguments */
export function readStringMap(
    check: ArgumentCheck,
    path: string,
    values: StringMap = {},
    nameProblem: (name: string) => string | undefined,
    rule: Rule<string>,
): StringMap {
    const checked: StringMap = {};
    for (const [name, value] of Object.entries(values)) {
        check.report(`${path}.${name}`, nameProblem(name));
        checked[name] = check.input(`${path}.${name}`, value, rule);
    }
    return checked;
}

/** Tags of Azure resources. */
export function readTags(check: ArgumentCheck, tags: StringMap = {}): StringMap {
    check.report("tags", tagCountProblem(Object.keys(tags).length));
    return readStringMap(check, "tags", tags, tagNameProblem, tagValue);
}
