import type { Endpoint } from "../handshake";
import { type Finished, fault, ok, skipped } from "../report";
import { request } from "../request";
import { connect } from "./tcp";

const NAME = "http-redirect";

/** Plain HTTP may lead to HTTPS or be closed; whatever else it answers, it answers in the open. */
export async function checkPlainHttp(
    endpoint: Endpoint,
    port: number | undefined,
    path: string,
    timeoutMs: number,
): Promise<Finished> {
    if (port === undefined) {
        return skipped(NAME, "HTTPS is not on port 443.", "Name the port of plain HTTP with --http-port.");
    }
    if ((await connect(endpoint.address, port, timeoutMs)) !== undefined) {
        return ok(NAME, `port ${port} is closed`);
    }
    let answer;
    try {
        answer = await request({ ...endpoint, port }, { method: "GET", path, timeoutMs });
    } catch (error) {
        return ok(NAME, `port ${port} gives no answer (${error instanceof Error ? error.message : "error"})`);
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
            : `Port ${port} answers plain HTTP (status ${status}): keys and data can be read on the way.`,
        "Redirect plain HTTP to HTTPS, or close the port.",
    );
}
