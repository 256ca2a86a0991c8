import type { Element } from "./der/element";
import { identifier, textOf } from "./der/values";

/** Returns the attributes of a name, outermost first, normalized for comparison: case and spaces are insignificant (RFC 5280, 7.1). */
export function comparableRdns(name: Element): string[] {
    return name.elements.map(rdn =>
        rdn.elements
            .map(({ elements: [type, value] }) => {
                const text = value ? textOf(value) : "";
                return `${identifier(type)}=${text.trim().replace(/\s+/g, " ").toLowerCase()}`;
            })
            .sort()
            .join("+"),
    );
}
