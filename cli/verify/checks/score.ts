import { type CheckResult, fault, ok, temporaryFault } from "../report";
import type { Response } from "../request";

const NAME = "score";

/** The response to the sample request must be a score. */
export function checkScore(response: Response): CheckResult {
    const { status, body, latencyMs, headers } = response;
    if (status >= 200 && status < 300) {
        return ok(NAME, `${status} in ${Math.round(latencyMs)} ms: ${excerpt(body)}`);
    }
    const seen = `Status ${status}: ${excerpt(body) || "empty answer"}`;
    if (status === 401 || status === 403) {
        return fault(
            NAME,
            `${seen}.`,
            "The service does not accept the key. Read the key from the stack again.",
        );
    }
    if (status === 503) {
        const later = headers["retry-after"];
        const wait = later ? ` Retry-After is ${later} seconds.` : "";
        return temporaryFault(
            NAME,
            `${seen}.${wait}`,
            "The model is starting, not running, or overloaded. Check its logs, or retry later.",
        );
    }
    if (status >= 500) return temporaryFault(NAME, `${seen}.`, "Check the logs of the model's container.");
    return fault(NAME, `${seen}.`, "Check the path of the scoring address and the sample request in --data.");
}

function excerpt(body: string): string {
    const line = body.trim().replace(/\s+/g, " ");
    return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
