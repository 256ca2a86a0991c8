/** What the front answers by itself, in the shape of Azure's errors. */
const ERRORS: readonly { status: number; code: string; message: string; header?: string }[] = [
    // RFC 6750, 3: the challenge needs at least one parameter.
    {
        status: 401,
        code: "Unauthorized",
        message: "A valid scoring key is needed: Authorization: Bearer <key>.",
        header: `WWW-Authenticate 'Bearer realm="scoring"'`,
    },
    { status: 404, code: "NotFound", message: "There is no service at this path." },
    { status: 408, code: "RequestTimeout", message: "The request did not arrive in time." },
    { status: 413, code: "PayloadTooLarge", message: "The request body is larger than this service takes." },
    { status: 500, code: "InternalError", message: "The request could not be handled." },
    { status: 502, code: "BadGateway", message: "The model broke off its answer." },
    {
        status: 503,
        code: "ServiceUnavailable",
        message: "The model is busy or not ready. Try again.",
        header: "Retry-After 1",
    },
    { status: 504, code: "ScoringTimeout", message: "The model did not answer in time." },
];

/** `http-error` directives: small JSON instead of HAProxy's HTML pages. */
export function errorAnswers(): string[] {
    return [
        // HAProxy says 400 too when the body limit breaks off a request, see body-limit.ts.
        httpError(
            400,
            "lf-string",
            body(
                "%[var(txn.body_too_large),bool,iif(PayloadTooLarge,BadRequest)]",
                "The request %[var(txn.body_too_large),bool,iif(body is larger than this service takes,could not be understood)].",
            ),
        ),
        ...ERRORS.map(({ status, code, message, header }) =>
            httpError(status, "string", body(code, message), header),
        ),
    ];
}

/** The code of what is answered while there is no certificate to show but the placeholder. */
export const CERTIFICATE_PENDING = "CertificatePending";

/** What is answered while there is no certificate yet. */
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
