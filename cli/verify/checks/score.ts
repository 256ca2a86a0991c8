import { type Finished, fault, ok, passingFault } from "../report";
import type { Response } from "../request";

const NAME = "score";

/** The sample must come back with a score. */
export function checkScore(response: Response): Finished {
    const { status, body, latencyMs, headers } = response;
    if (status >= 200 && status < 300) {
        return ok(NAME, `${status} in ${Math.round(latencyMs)} ms: ${excerpt(body)}`);
    }
    const seen = `Status ${status}: ${excerpt(body) || "empty answer"}`;
    if (status === 401 || status === 403) {
        return fault(NAME, `${seen}.`, "The key is not the one that the service has: read it again.");
    }
    if (status === 503) {
        const later = headers["retry-after"];
        const wait = later ? ` The service asks to wait ${later} seconds.` : "";
        return passingFault(NAME, `${seen}.${wait}`, "The model is starting, down, or has too much to do.");
    }
    if (status >= 500) return passingFault(NAME, `${seen}.`, "Look at the logs of the model's container.");
    return fault(NAME, `${seen}.`, "Check the path of the scoring address and the sample of --data.");
}

function excerpt(body: string): string {
    const line = body.trim().replace(/\s+/g, " ");
    return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
