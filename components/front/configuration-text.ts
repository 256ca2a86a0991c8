/** A section of HAProxy's configuration: a header such as `backend iris`, then its directives. */
export type Section = readonly [header: string, ...directives: string[]];

export function configuration(sections: readonly Section[]): string {
    return sections.map(text).join("\n");
}

function text([header, ...directives]: Section): string {
    return [header, ...directives.map(directive => `    ${directive}`), ""].join("\n");
}
