import * as text from "../shared/rules/text";

/** As many characters as the leaf domain label gets: the label of a revision ends with them. */
export const REVISION_LENGTH = 6;

const LONGEST_GROUP_NAME = 63;
const LONGEST_BASE = LONGEST_GROUP_NAME - REVISION_LENGTH - 1;

/** What keeps `name` from being the readable part of the names of revisions. */
export function revisionBaseProblem(name: string): string | undefined {
    const problem = text.containerName(name);
    if (problem !== undefined || name.length <= LONGEST_BASE) return problem;
    return `is ${JSON.stringify(name)}, ${name.length} characters; ${LONGEST_BASE} fit, because a revision adds a hyphen and ${REVISION_LENGTH}`;
}

/** The container group that is this revision. */
export function revisionGroupName(base: string, revision: string): string {
    return `${base}-${revision}`;
}

/** The DNS label of this revision. */
export function revisionLabel(leafDomainLabel: string, revision: string): string {
    return leafDomainLabel + revision;
}
