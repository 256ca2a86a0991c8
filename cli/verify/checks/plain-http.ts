import type { Endpoint } from "../handshake";
import { type CheckResult, fault, ok, skipped } from "../report";
import { request } from "../request";
import { connect } from "./tcp";

const NAME = "http-redirect";

/** Plain HTTP must redirect to HTTPS or be closed. Any other response is sent in clear text. */
export async function checkPlainHttp(
    endpoint: Endpoint,
    port: number | undefined,
    path: string,
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
    return fault(
        NAME,
        redirects
            ? `Port ${port} redirects to ${location || "nowhere"}, which is not HTTPS.`
            : `Port ${port} answers plain HTTP (status ${status}): keys and data are sent in clear text.`,
        "Redirect plain HTTP to HTTPS, or close the port.",
    );
}
