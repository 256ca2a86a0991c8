export interface VerifyOptions {
    /** `host[:port]` of a DNS server to ask instead of the zone's own, and instead of the resolver too unless that is given. */
    dnsServer?: string;
    /** `host[:port]` of the resolver to ask. Default: this machine's. */
    resolver?: string;
    /** PEM texts of roots to trust beside the public ones and the target's own authority. */
    authorities?: string[];
    /** Sample request; without it no score is asked for. */
    data?: Buffer;
    /** Where plain HTTP would be open. Default: 80 when HTTPS is on 443, otherwise not looked for. */
    httpPort?: number;
    /** How long each single step may take, in milliseconds. Default: 10,000. */
    timeoutMs?: number;
    /** Repeats until no fault is left that time may heal, at most this long, in milliseconds. Default: 0, one round. */
    waitMs?: number;
    /** Gets a line of text whenever the reason for waiting changes. */
    onProgress?: (line: string) => void;
    /** Default: the machine's clock. */
    now?: () => Date;
}

export const DEFAULT_TIMEOUT_MS = 10_000;
