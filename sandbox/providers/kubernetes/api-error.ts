import { isObject, type Value } from "../protocol/values";
import { textAt } from "./objects";

/** An error response of the API server. */
export class ApiError extends Error {
    constructor(
        message: string,
        readonly code: number,
        /** A machine-readable reason, e.g. `AlreadyExists`. */
        readonly reason: string,
        /** The plural name of the kind that the error concerns, e.g. `namespaces` if the namespace is missing. */
        readonly kind: string | undefined,
    ) {
        super(message);
    }

    /** Parses the body, which is a `Status`, or any text if it is the response of a proxy. */
    static from(code: number, body: string): ApiError {
        const status = parsed(body);
        const message = textAt(status, "message") ?? `The API server answered with HTTP status ${code}.`;
        return new ApiError(message, code, textAt(status, "reason") ?? "", textAt(status, "details", "kind"));
    }

    /** Whether the namespace is missing, not the object. */
    get isMissingNamespace(): boolean {
        return this.code === 404 && this.kind === "namespaces";
    }
}

function parsed(body: string): Value | undefined {
    try {
        const value = JSON.parse(body) as Value;
        return isObject(value) ? value : undefined;
    } catch {
        return undefined;
    }
}
