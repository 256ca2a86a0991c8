/** The front's own error responses, in the format of Azure's errors. */
const ERRORS: readonly { status: number; code: string; message: string; header?: string }[] = [
    // RFC 6750, 3: the challenge needs at least one parameter.
    {
        status: 401,
        code: "Unauthorized",
        message: "A valid scoring key is required: Authorization: Bearer <key>.",
        header: `WWW-Authenticate 'Bearer realm="scoring"'`,
    },
    { status: 404, code: "NotFound", message: "There is no service at this path." },
    { status: 408, code: "RequestTimeout", message: "The request did not arrive in time." },
    {
        status: 413,
        code: "PayloadTooLarge",
        message: "The request body is larger than this service accepts.",
    },
    { status: 500, code: "InternalError", message: "The request could not be processed." },
    {
        status: 502,
        code: "BadGateway",
        message: "The model closed the connection before its response was complete.",
    },
    {
        status: 503,
        code: "ServiceUnavailable",
        message: "The model is busy or not ready. Try again.",
        header: "Retry-After 1",
    },
    { status: 504, code: "ScoringTimeout", message: "The model did not respond in time." },
];

/** `http-error` directives: small JSON documents instead of HAProxy's HTML pages. */
export function errorResponses(): string[] {
    return [
        // HAProxy also answers 400 when a filter aborts a request, see scripts/collect-upload.lua.
        httpError(
            400,
            "lf-string",
            body("%[var(txn.error_code,BadRequest)]", "The request %[var(txn.error_reason,is malformed)]."),
        ),
        ...ERRORS.map(({ status, code, message, header }) =>
            httpError(status, "string", body(code, message), header),
        ),
    ];
}

/** The status codes of requests that a filter aborts. */
export function statusOfAbortedRequests(): string[] {
    const aborted = { PayloadTooLarge: 413, RequestTimeout: 408 };
    return Object.entries(aborted).map(
        ([code, status]) =>
            `http-after-response set-status ${status} if { status 400 } { var(txn.error_code) -m str ${code} }`,
    );
}

/** The error code of responses over the placeholder certificate. */
export const CERTIFICATE_PENDING = "CertificatePending";

/** The response while there is no certificate yet. */
export function certificatePending(): string {
    const json = body(
        CERTIFICATE_PENDING,
        "The certificate of this service is being issued. Try again in a minute.",
    );
    return `http-request return status 503 content-type application/json string '${json}' hdr Retry-After 10`;
}

function httpError(status: number, kind: string, json: string, header?: string): string {
    return `http-error status ${status} content-type application/json ${kind} '${json}'${header ? ` hdr ${header}` : ""}`;
}

function body(code: string, message: string): string {
    return JSON.stringify({ error: { code, message } });
}
