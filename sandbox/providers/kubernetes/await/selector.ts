import { isObject, type Value } from "../../protocol/values";
import { at, listAt, textAt } from "../objects";

/** Converts the selector of an object (`matchLabels`, `matchExpressions`) to a query parameter: `app=web,tier in (a,b)`. */
export function labelSelector(selector: Value | undefined): string {
    const labels = at(selector, "matchLabels");
    const names = isObject(labels) ? Object.keys(labels) : [];
    const equal = names.map(name => `${name}=${textAt(labels, name) ?? ""}`);
    const expressions = listAt(selector, "matchExpressions").map(expression => {
        const key = textAt(expression, "key") ?? "";
        const values = at(expression, "values");
        const list = (Array.isArray(values) ? values : [])
            .filter(value => typeof value === "string")
            .join(",");
        const operator = textAt(expression, "operator");
        if (operator === "In") return `${key} in (${list})`;
        if (operator === "NotIn") return `${key} notin (${list})`;
        return operator === "DoesNotExist" ? `!${key}` : key;
    });
    return [...equal, ...expressions].join(",");
}
