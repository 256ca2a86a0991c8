/**
 * The severity depends on common clients: OpenSSL (curl, Python, Node), Go, Java, .NET, browsers.
 * - `error`: OpenSSL or several of these clients refuse the certificate.
 * - `warning`: most clients connect today, but the strictest client refuses the certificate or there is a risk.
 * - `info`: a suggestion.
 */
type Severity = "error" | "warning" | "info";

/** A problem of a certificate or a key. Never contains a secret. */
export interface Finding {
    /** Stable, in kebab case, e.g. `leaf-expired`. */
    code: string;
    severity: Severity;
    /** What is wrong, with the names and dates that matter. */
    message: string;
    /** What to do about it. */
    advice: string;
}
