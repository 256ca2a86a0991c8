/**
 * Where the certificate store is mounted: writable where certificates are issued, read-only in the fronts. All revisions of a
 * service share it.
 */
export const STORE_FOLDER = "/run/certificate-store";

/** The last certificate that was issued, whatever its names: chain (leaf first), then key. Put in place by rename. */
export const LAST_CERTIFICATE_FILE = "certificate.pem";

/** Every certificate that is kept new, as `<name>.pem`, so that revisions for other names leave each other alone. */
export const CERTIFICATES_FOLDER = "certificates";

/** What is served on port 80 while an authority looks for it (RFC 8555, 8.3): `<folder>/.well-known/acme-challenge/<token>`. */
export const CHALLENGES_FOLDER = "challenges";

/**
 * Where a front in a pod keeps its copy of what it needs of the store: HAProxy must not wait for a share. Has to be writable, and
 * is best in memory (an `emptyDir` with medium `Memory`).
 */
export const STORE_COPY_FOLDER = "/run/front-store";

/**
 * Common name of the certificate that a front starts with until there is one in the store. Who is connected by a
 * certificate of this name is answered 503 `CertificatePending`.
 */
export const PLACEHOLDER_COMMON_NAME = "placeholder until the certificate is issued";
