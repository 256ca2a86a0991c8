import { reservedName, reservedPrefix } from "../shared/rules/azure-names";
import * as text from "../shared/rules/text";

/** The characters that a revision adds: as many as the suffix of the leaf domain label, which a revision replaces. */
export const REVISION_LENGTH = 6;

const MAX_GROUP_NAME_LENGTH = 63;
const MAX_BASE_LENGTH = MAX_GROUP_NAME_LENGTH - REVISION_LENGTH - 1;
/** What Pulumi adds to a name that it generates. */
const GENERATED_LENGTH = 8;

/** Why `name` cannot be the name of a container group. */
export function groupNameProblem(name: string): string | undefined {
    return text.containerName(name) ?? reservedName(name);
}

/** Why the component's name cannot be the beginning of the name that Pulumi generates for the container group. */
export function generatedNameProblem(name: string): string | undefined {
    const problem = text.containerName(name) ?? reservedPrefix(name);
    if (problem !== undefined) return `${problem}, or set containerGroupName`;
    const longest = MAX_GROUP_NAME_LENGTH - GENERATED_LENGTH;
    return name.length > longest
        ? `has ${name.length} characters; use at most ${longest}, because Pulumi adds ${GENERATED_LENGTH} for the name of the container group, or set containerGroupName`
        : undefined;
}

/** Why `name` cannot be the common part of the names of revisions. */
export function revisionBaseProblem(name: string): string | undefined {
    const problem = text.containerName(name) ?? reservedPrefix(name);
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
