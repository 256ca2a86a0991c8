import * as text from "../shared/rules/text";

/** The characters that a revision adds: as many as the suffix of the leaf domain label, which a revision replaces. */
export const REVISION_LENGTH = 6;

const MAX_GROUP_NAME_LENGTH = 63;
const MAX_BASE_LENGTH = MAX_GROUP_NAME_LENGTH - REVISION_LENGTH - 1;

/** Why `name` cannot be the common part of the names of revisions. */
export function revisionBaseProblem(name: string): string | undefined {
    const problem = text.containerName(name);
    if (problem !== undefined || name.length <= MAX_BASE_LENGTH) return problem;
    return `is ${JSON.stringify(name)}, ${name.length} characters; use at most ${MAX_BASE_LENGTH}, because each revision adds a hyphen and ${REVISION_LENGTH} characters`;
}

/** The name of the container group of a revision. */
export function revisionGroupName(base: string, revision: string): string {
    return `${base}-${revision}`;
}

/** The DNS label of a revision. */
export function revisionLabel(leafDomainLabel: string, revision: string): string {
    return leafDomainLabel + revision;
}
