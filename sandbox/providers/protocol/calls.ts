import type { EngineLog } from "./engine-log";
import type { Call } from "./provider";

/** The time limit of an operation without `customTimeouts`, in seconds: two hours, as in azure-native. */
const DEFAULT_TIMEOUT_SECONDS = 7200;

/** The operations of a plug-in process, which the engine can cancel all at once. */
export class Calls {
    private readonly cancelled = new AbortController();

    constructor(private readonly log: EngineLog) {}

    /** @param timeoutSeconds from the program's `customTimeouts`; 0 if there is none */
    start(urn: string, timeoutSeconds = 0, ignoreChanges: string[] = []): Call {
        const timeout = AbortSignal.timeout((timeoutSeconds || DEFAULT_TIMEOUT_SECONDS) * 1000);
        return {
            signal: AbortSignal.any([this.cancelled.signal, timeout]),
            ...(timeoutSeconds > 0 && { timeout: timeoutSeconds }),
            ignoreChanges,
            warn: message => this.log.warn(urn, message),
        };
    }

    cancelAll(): void {
        this.cancelled.abort(new Error("The operation was cancelled."));
    }
}
