/**
 * How much a finding weighs is decided by the usual clients: OpenSSL (curl, Python, Node), Go, Java, .NET, browsers.
 * - `error`: OpenSSL or several of them refuse it.
 * - `warning`: most connect today, but a person should know; what the strictest of them refuses is at least this.
 * - `info`: good to know.
 */
type Severity = "error" | "warning" | "info";

/** What a rule has to say about a certificate or a key. Never holds a secret. */
export interface Finding {
    /** Stable, in kebab case, e.g. `leaf-expired`. */
    code: string;
    severity: Severity;
    /** What is wrong, with the names and dates that matter. */
    message: string;
    /** What to do about it. */
    advice: string;
}
