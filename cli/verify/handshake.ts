import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as tls from "node:tls";
import { type Certificate, type Refusal, parseCertificate } from "../../components/pki";

/** A server's address and port, and the host name for SNI and the Host header. */
export interface Endpoint {
    address: string;
    port: number;
    host: string;
}

export type TlsVersion = tls.SecureVersion;

export type Handshake =
    | { kind: "accepted"; version: string; cipher: string; presented: Certificate[] }
    | { kind: "refused"; reason: string }
    /** The server's answer is not known. */
    | { kind: "unknown"; reason: string };

/**
 * Makes one TLS connection and closes it.
 *
 * @param version the only version to offer; default: the versions of Node
 */
export function tlsHandshake(
    endpoint: Endpoint,
    timeoutMs: number,
    version?: TlsVersion,
): Promise<Handshake> {
    return new Promise(resolve => {
        let socket: tls.TLSSocket;
        try {
            socket = tls.connect({
                host: endpoint.address,
                port: endpoint.port,
                servername: isIP(endpoint.host) ? "" : endpoint.host,
                // The presented chain is checked later. With trusted roots, Node would complete an incomplete chain.
                rejectUnauthorized: false,
                ca: [],
                ...(version && {
                    minVersion: version,
                    maxVersion: version,
                    // OpenSSL 3 supports versions before 1.2 only at security level 0.
                    ciphers: "DEFAULT:@SECLEVEL=0",
                }),
            });
        } catch (error) {
            resolve({ kind: "unknown", reason: error instanceof Error ? error.message : String(error) });
            return;
        }
        socket.setTimeout(timeoutMs, () => {
            resolve({ kind: "unknown", reason: "timeout" });
            socket.destroy();
        });
        socket.on("secureConnect", () => {
            resolve({
                kind: "accepted",
                version: socket.getProtocol() ?? "unknown",
                cipher: socket.getCipher().name,
                presented: presentedBy(socket),
            });
            socket.destroy();
        });
        socket.on("error", (error: NodeJS.ErrnoException) => {
            const kind = isOurOwn(error) ? "unknown" : "refused";
            resolve({ kind, reason: error.code ?? error.message });
        });
        socket.on("close", () => resolve({ kind: "refused", reason: "connection closed" }));
    });
}

/**
 * Connects as a client that trusts the public roots of Node and `authorities`.
 *
 * @returns why OpenSSL refuses the certificate of the server; undefined when it accepts, or when there was no handshake
 */
export function refusalOfClient(
    { address, port, host }: Endpoint,
    authorities: readonly Certificate[],
    timeoutMs: number,
): Promise<Refusal | undefined> {
    return new Promise(resolve => {
        const options: tls.ConnectionOptions & { allowPartialTrustChain: boolean } = {
            ...{ host: address, port, servername: isIP(host) ? "" : host },
            ca: [...tls.rootCertificates, ...authorities.map(one => one.pem)],
            allowPartialTrustChain: true,
            checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
        };
        const socket = tls.connect(options);
        const end = (refusal?: Refusal) => {
            socket.destroy();
            resolve(refusal);
        };
        socket.setTimeout(timeoutMs, () => end());
        socket.on("secureConnect", () => end());
        socket.on("close", () => end());
        // Only a refusal of the certificate sets `authorizationError`; other errors are about the connection.
        socket.on("error", (error: NodeJS.ErrnoException) =>
            end(
                socket.authorizationError
                    ? { code: error.code ?? "UNSPECIFIED", words: error.message }
                    : undefined,
            ),
        );
    });
}

/** The OpenSSL of this machine does not support the version (a FIPS or hardened build), or there was no connection. */
function isOurOwn(error: NodeJS.ErrnoException): boolean {
    return /NO_PROTOCOLS_AVAILABLE|INVALID_PROTOCOL|NO_CIPHER|INTERNAL_ERROR|ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT/.test(
        error.code ?? "",
    );
}

/** Node links the certificates by issuer. It does not expose the order in which the server sent them. */
function presentedBy(socket: tls.TLSSocket): Certificate[] {
    const presented: Certificate[] = [];
    const seen = new Set<string>();
    let next: X509Certificate | undefined = socket.getPeerX509Certificate();
    while (next && !seen.has(next.fingerprint256)) {
        seen.add(next.fingerprint256);
        presented.push(...[parseCertificate(next.raw) ?? []].flat());
        next = next.issuerCertificate;
    }
    return presented;
}
