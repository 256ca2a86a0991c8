/** The type token in `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
export function typeTokenOf(urn: string): string {
    return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The name in a URN. A name may itself contain "::". */
export function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}
