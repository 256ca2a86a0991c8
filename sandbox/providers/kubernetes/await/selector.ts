import { isObject, type Value } from "../../protocol/values";
import { at, listAt, textAt } from "../objects";

/** A selector of an object (`matchLabels`, `matchExpressions`) in the notation of requests: `app=web,tier in (a,b)`. */
export function labelSelector(selector: Value | undefined): string {
    const labels = at(selector, "matchLabels");
    const names = isObject(labels) ? Object.keys(labels) : [];
    const equal = names.map(name => `${name}=${textAt(labels, name) ?? ""}`);
    const expressions = listAt(selector, "matchExpressions").map(expression => {
        const key = textAt(expression, "key") ?? "";
        const values = at(expression, "values");
        const among = (Array.isArray(values) ? values : [])
            .filter(value => typeof value === "string")
            .join(",");
        const operator = textAt(expression, "operator");
        if (operator === "In") return `${key} in (${among})`;
        if (operator === "NotIn") return `${key} notin (${among})`;
        return operator === "DoesNotExist" ? `!${key}` : key;
    });
    return [...equal, ...expressions].join(",");
}
