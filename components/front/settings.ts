import type { AccessLog } from "./access-log";

/** The lowest TLS version that the front accepts. */
export type MinimumTlsVersion = "1.2" | "1.3";

/** What requests to a model may use. */
export interface RequestLimits {
    /** Requests that one replica processes at the same time. */
    maxConcurrentRequests: number;
    /** How long a request may wait in the queue, in milliseconds. Then it gets 503 with `Retry-After`. */
    maxQueueWaitMs: number;
    /**
     * Requests that may wait in the queue at the same time. Further requests get 503 with `Retry-After` at once.
     * @default 100
     */
    maxQueuedRequests?: number;
    /** How long the model may send nothing, in milliseconds. Then the request gets 504, or its response ends. */
    scoringTimeoutMs: number;
    /**
     * How long a request may take in all, in milliseconds: from its arrival (a large body: from its last byte) to the last byte of
     * its response. A response that is still arriving then is cut. Costs time in each request.
     * @default no limit
     */
    requestTimeoutMs?: number;
    /** Largest accepted request body, in bytes. Larger ones get 413. */
    maxBodyBytes: number;
}

/** A model behind the front. */
export interface FrontModel extends RequestLimits {
    /** The name in `/api/v1/service/<name>/…`, as in Azure ML v1: a DNS label (RFC 1123). */
    name: string;
    /** IPv4 address or host name that the model listens on, e.g. `127.0.0.1`. */
    host: string;
    /** Port that the model listens on. */
    port: number;
    /** Path of the model's own health check, e.g. `/`. */
    healthPath: string;
    /** Whether a request needs a scoring key (`Authorization: Bearer …`). Without one it gets 401. */
    keysRequired: boolean;
}

/** Settings of TLS termination. */
export interface FrontTls {
    minimumVersion: MinimumTlsVersion;
    /** Seconds for `Strict-Transport-Security`. 0 omits the header. */
    hstsMaxAgeSeconds: number;
    /**
     * Name of the certificate in the certificate store (`certificateName` of `components/issuer`). The front serves it as soon as
     * the store has it, and every renewed one. Until then it serves the placeholder in `CERTIFICATE_FILE`, whose common name
     * must be `PLACEHOLDER_COMMON_NAME`. The command is then `storeFrontContainerCommand` or `storeFrontPodCommand`.
     * @default the certificate is `CERTIFICATE_FILE`
     */
    storedCertificate?: string;
}

/** All settings of the front of a container group. Plain values: no secrets, no Pulumi types. */
export interface FrontSettings {
    /** Absent: plain HTTP on port 80. */
    tls?: FrontTls;
    /**
     * How long a client may keep a connection of HTTP/1, in seconds. The next response closes it, so that the client resolves the
     * name again. Connections of HTTP/2 end when the front stops.
     * @default no limit
     */
    maxConnectionAgeSeconds?: number;
    /** @default AccessLog.All */
    accessLog?: AccessLog;
    /** Served at `/score` and at `/api/v1/service/<name>/score`. */
    model: FrontModel;
}

/** Folder of the files from secrets, which the front reads when it starts. */
export const SECRET_FOLDER = "/run/front";
/** Writable folder for sockets and for bodies that are being collected. Must not be shared with other containers. */
export const TEMPORARY_FOLDER = "/tmp";
/** PEM: chain (leaf first), then key. */
export const CERTIFICATE_FILE = "certificate.pem";
/**
 * One SHA-256 digest (lower-case hex) of an accepted scoring key per line; in a pod `<model>:<digest>`. The keys themselves are never
 * on disk.
 */
export const KEY_DIGESTS_FILE = "key-digests";

/** HAProxy stores times in 31 bits and refuses longer ones (24.8 days). */
export const LONGEST_TIME_MS = 2 ** 31 - 1;

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;
/** Probes and metrics, plain HTTP. Must not be public: the metrics show how the service is used. */
export const HEALTH_PORT = 8404;
/** Answers 200 while the front runs. */
export const LIVE_PATH = "/live";
/** Answers 200 when the models pass their health checks, 503 otherwise. */
export const READY_PATH = "/ready";
/** Prometheus metrics. */
export const METRICS_PATH = "/metrics";

/** Thresholds of the front's probes, for both hostings: the front starts within a second, and a hang shows at once. */
export const PROBE_THRESHOLDS = { timeoutSeconds: 2, failureThreshold: 3, successThreshold: 1 };
