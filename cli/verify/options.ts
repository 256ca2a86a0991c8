export interface VerifyOptions {
    /** `host[:port]` of a DNS server to query instead of the zone's name servers, and instead of the resolver if `resolver` is not set. */
    dnsServer?: string;
    /** `host[:port]` of the resolver. Default: this machine's. */
    resolver?: string;
    /** PEM roots to trust in addition to the public ones and the target's authority. */
    authorities?: string[];
    /** Sample request. Without it, the score is not checked. */
    data?: Buffer;
    /** Port to check for plain HTTP. Default: 80 if HTTPS is on port 443, otherwise not checked. */
    httpPort?: number;
    /** Time limit of each check in milliseconds. Default: 10,000. */
    timeoutMs?: number;
    /** Time limit in milliseconds for repeating the checks while there are temporary faults. Default: 0, no repetition. */
    waitMs?: number;
    /** Called with a line of text when the reason for waiting changes. */
    onProgress?: (line: string) => void;
    /** Default: the machine's clock. */
    now?: () => Date;
}

export const DEFAULT_TIMEOUT_MS = 10_000;
