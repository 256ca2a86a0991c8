import { isObject, type Value } from "../../protocol/values";
import { at, listAt, textAt } from "../objects";

/** A selector of an object (`matchLabels`, `matchExpressions`) in the notation of requests: `app=web,tier in (a,b)`. */
export function labelSelector(selector: Value | undefined): string {
    const labels = at(selector, "matchLabels");
    const equal = isObject(labels)
        ? Object.entries(labels).map(([name, value]) => `${name}=${String(value)}`)
        : [];
    const expressions = listAt(selector, "matchExpressions").map(expression => {
        const key = textAt(expression, "key") ?? "";
        const values = at(expression, "values");
        const among = `(${Array.isArray(values) ? values.join(",") : ""})`;
        switch (textAt(expression, "operator")) {
            case "In":
                return `${key} in ${among}`;
            case "NotIn":
                return `${key} notin ${among}`;
            case "DoesNotExist":
                return `!${key}`;
            default:
                return key;
        }
    });
    return [...equal, ...expressions].join(",");
}
