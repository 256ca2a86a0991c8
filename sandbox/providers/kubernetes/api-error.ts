import { isObject, type Value } from "../protocol/values";
import { textAt } from "./objects";

/** An answer of the API server that is not a success. */
export class ApiError extends Error {
    constructor(
        message: string,
        readonly code: number,
        /** One word for machines, e.g. `AlreadyExists`. */
        readonly reason: string,
        /** The kind of object that the answer is about, e.g. `namespaces` when the namespace is missing. */
        readonly kind: string | undefined,
    ) {
        super(message);
    }

    /** From the body of an answer, which is a `Status` unless something in between has answered. */
    static from(code: number, body: string): ApiError {
        const status = parsed(body);
        const message = textAt(status, "message") ?? `The API server answered with HTTP status ${code}.`;
        return new ApiError(message, code, textAt(status, "reason") ?? "", textAt(status, "details", "kind"));
    }

    /** Whether what is missing is the namespace, and not the object. */
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
