/** TLS versions that the front offers at least. */
export type MinimumTlsVersion = "1.2" | "1.3";

/** The model behind the front: one container, reached on localhost (ACI) or by name (AKS, later). */
export interface FrontModel {
    /** The name in `/api/v1/service/<name>/…`, as Azure ML v1 had it: a DNS label (RFC 1123). */
    name: string;
    /** IPv4 address or host name that the model listens on, e.g. `127.0.0.1`. */
    host: string;
    /** Port that the model listens on. */
    port: number;
    /** Path of the model's own health check, e.g. `/`. */
    healthPath: string;
    /** Requests that one replica works on at a time. */
    maxConcurrentRequests: number;
    /** How long a request may wait for its turn, in milliseconds. Then it is answered 503 with `Retry-After`. */
    maxQueueWaitMs: number;
    /**
     * Requests that may wait for their turn at the same time. One more is answered 503 with `Retry-After` at once.
     * @default 100
     */
    maxQueuedRequests?: number;
    /** How long the model may take to answer, in milliseconds. Then the request is answered 504. */
    scoringTimeoutMs: number;
    /** Largest request body that is let through, in bytes. A larger one is answered 413. */
    maxBodyBytes: number;
    /** Whether a request needs a scoring key (`Authorization: Bearer …`). Without one it is answered 401. */
    keysRequired: boolean;
}

/** Everything that decides what the front does. Plain values: no secrets, no Pulumi. */
export interface FrontSettings {
    /** Absent: plain HTTP on port 80. */
    tls?: {
        minimumVersion: MinimumTlsVersion;
        /** Seconds for `Strict-Transport-Security`; 0 leaves the header out. */
        hstsMaxAgeSeconds: number;
        /**
         * The certificate is the one of this name in the certificate store (`certificateName` of `components/issuer`), as soon as
         * it is there, and followed from then on. What is at `CERTIFICATE_FILE` only stands in for it: its common name has to
         * be `PLACEHOLDER_COMMON_NAME`. The command is then `storeFrontContainerCommand`, or `storeFrontPodCommand`.
         * @default what is at `CERTIFICATE_FILE` is the certificate
         */
        storedCertificate?: string;
    };
    /**
     * How long a client may keep a connection, in seconds: the answer after that says that it ends, so that the client looks
     * the name up again. Over HTTP/1; a connection of HTTP/2 ends with the front.
     * @default as long as the client wants
     */
    maxConnectionAgeSeconds?: number;
    /** One model answers on `/score` too; with several, only `/api/v1/service/<name>/score` tells them apart. */
    models: FrontModel[];
}

/** A file that the front reads at start and that is mounted from a secret. */
export const SECRET_FOLDER = "/run/front";
/** PEM: chain (leaf first), then key. */
export const CERTIFICATE_FILE = "certificate.pem";
/** One SHA-256 digest (lower-case hex) of an accepted scoring key a line, so the keys themselves are never on disk. */
export const KEY_DIGESTS_FILE = "key-digests";

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;
/** For probes and metrics, plain HTTP. Not to be opened to the internet: it shows how the service is used. */
export const HEALTH_PORT = 8404;
/** 200 as long as the front runs. */
export const LIVE_PATH = "/live";
/** 200 when every model passes its health check, 503 otherwise. */
export const READY_PATH = "/ready";
/** Prometheus metrics. */
export const METRICS_PATH = "/metrics";
