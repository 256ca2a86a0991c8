import { ArmError } from "./errors";

/** Headers of RFC 9110, section 13.1. */
export interface Preconditions {
    ifMatch?: string;
    ifNoneMatch?: string;
}

/** @param etag of the current resource; undefined if it does not exist @throws ArmError 412 */
export function checkPreconditions(conditions: Preconditions, etag: string | undefined): void {
    const { ifMatch, ifNoneMatch } = conditions;
    if (ifMatch !== undefined && !matches(ifMatch, etag)) throw preconditionFailed("If-Match", ifMatch, etag);
    if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag)) {
        throw preconditionFailed("If-None-Match", ifNoneMatch, etag);
    }
}

function matches(condition: string, etag: string | undefined): boolean {
    if (etag === undefined) return false;
    if (condition.trim() === "*") return true;
    return condition.split(",").some(one => unquoted(one) === unquoted(etag));
}

function unquoted(etag: string): string {
    return etag
        .trim()
        .replace(/^W\//, "")
        .replace(/^"(.*)"$/, "$1");
}

function preconditionFailed(header: string, condition: string, etag: string | undefined): ArmError {
    return new ArmError(
        412,
        "PreconditionFailed",
        `The condition '${condition}' in the ${header} header was not satisfied. The current was '${etag ?? "null"}'.`,
    );
}
