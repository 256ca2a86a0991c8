import type { Endpoint } from "../handshake";
import { type CheckResult, fault, ok, skipped, warning } from "../report";
import { request } from "../request";
import { connect } from "./tcp";

const NAME = "http-redirect";

/** Plain HTTP beside HTTPS. */
interface PlainHttp {
    /** Undefined if unknown. */
    port: number | undefined;
    path: string;
    /** Whether the stack declares that plain HTTP answers. */
    allowed: boolean;
}

/** Plain HTTP must redirect to HTTPS or be closed, unless the stack allows it. Any other response is sent in clear text. */
export async function checkPlainHttp(
    endpoint: Endpoint,
    { port, path, allowed }: PlainHttp,
    timeoutMs: number,
): Promise<CheckResult> {
    if (port === undefined) {
        return skipped(NAME, "HTTPS is not on port 443.", "Set --http-port to the port of plain HTTP.");
    }
    if ((await connect(endpoint.address, port, timeoutMs)) !== undefined) {
        return ok(NAME, `port ${port} is closed`);
    }
    let answer;
    try {
        answer = await request({ ...endpoint, port }, { method: "GET", path, timeoutMs });
    } catch (error) {
        return ok(
            NAME,
            `port ${port} sends no response (${error instanceof Error ? error.message : "error"})`,
        );
    }
    const { status, headers } = answer;
    const location = headers.location ?? "";
    const redirects = status >= 300 && status < 400;
    const target = URL.canParse(location) ? new URL(location) : undefined;
    if (redirects && target?.protocol === "https:") return ok(NAME, `port ${port}: ${status} to ${location}`);
    if (allowed && !redirects) {
        return warning(
            NAME,
            `Port ${port} answers plain HTTP (status ${status}), as allowPlainHttp allows: keys and data sent there are in clear text.`,
            "Let clients use HTTPS, and remove allowPlainHttp when no client needs plain HTTP.",
        );
    }
    return fault(
        NAME,
        redirects
            ? `Port ${port} redirects to ${location || "nowhere"}, which is not HTTPS.`
            : `Port ${port} answers plain HTTP (status ${status}): keys and data are sent in clear text.`,
        "Redirect plain HTTP to HTTPS, or close the port.",
    );
}
