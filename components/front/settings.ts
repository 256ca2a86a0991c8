/** TLS versions that the front offers at least. */
export type MinimumTlsVersion = "1.2" | "1.3";

/** The model behind the front: one container, reached on localhost (ACI) or by name (AKS, later). */
export interface FrontModel {
    /** The name in `/api/v1/service/<name>/…`, as Azure ML v1 had it. */
    name: string;
    /** Host that the model listens on, e.g. `127.0.0.1`. */
    host: string;
    /** Port that the model listens on. */
    port: number;
    /** Path of the model's own health check, e.g. `/`. */
    healthPath: string;
    /** Requests that one replica works on at a time. */
    maxConcurrentRequests: number;
    /** How long a request may wait for its turn, in milliseconds. */
    maxQueueWaitMs: number;
    /** How long the model may take to answer, in milliseconds. */
    scoringTimeoutMs: number;
    /** Largest request body that is let through, in bytes. */
    maxBodyBytes: number;
    /** Whether a request needs a scoring key (`Authorization: Bearer …`). */
    keysRequired: boolean;
}

/** Everything that decides what the front does. Plain values: no secrets, no Pulumi. */
export interface FrontSettings {
    /** Absent: plain HTTP on port 80. */
    tls?: {
        minimumVersion: MinimumTlsVersion;
        /** Seconds for `Strict-Transport-Security`; 0 leaves the header out. */
        hstsMaxAgeSeconds: number;
    };
    models: FrontModel[];
}

/** A file that the front reads at start and that is mounted from a secret. */
export const SECRET_FOLDER = "/run/front";
/** PEM: chain (leaf first), then key. */
export const CERTIFICATE_FILE = "certificate.pem";
/** One SHA-256 digest (lower-case hex) of an accepted scoring key a line, so the keys themselves are never on disk. */
export const KEY_DIGESTS_FILE = "key-digests";
