/**
 * Where the certificate store is mounted: writable for the issuer, read-only for the fronts. All revisions of a service share
 * it. components/issuer/scripts/store.sh lists its files; the scripts of the fronts read them by the same names.
 */
export const STORE_FOLDER = "/run/certificate-store";

/** Folder of the certificates, as `<name>.pem`. Each has a name of its own, so that revisions for different names do not interfere. */
export const CERTIFICATES_FOLDER = "certificates";

/**
 * Where the front of a pod copies the store to, because HAProxy must not wait for a share. Must be writable, preferably in memory
 * (an `emptyDir` with medium `Memory`).
 */
export const STORE_COPY_FOLDER = "/run/front-store";

/**
 * Common name of the certificate that a front serves until the store has one. Requests over it get 503 `CertificatePending`.
 */
export const PLACEHOLDER_COMMON_NAME = "placeholder until the certificate is issued";
