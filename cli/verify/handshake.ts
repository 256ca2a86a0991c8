import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as tls from "node:tls";
import { type Certificate, parseCertificate } from "../../components/pki";

/** Where to connect, and which name to ask for there. */
export interface Endpoint {
    address: string;
    port: number;
    host: string;
}

export type TlsVersion = tls.SecureVersion;

export type Handshake =
    | { kind: "accepted"; version: string; cipher: string; presented: Certificate[] }
    | { kind: "refused"; reason: string }
    /** Nobody can tell what the server would have said. */
    | { kind: "unknown"; reason: string };

/**
 * Makes one TLS connection and lets it go.
 *
 * @param version only this one; default: the versions that Node offers
 */
export function shakeHands(endpoint: Endpoint, timeoutMs: number, version?: TlsVersion): Promise<Handshake> {
    return new Promise(resolve => {
        let socket: tls.TLSSocket;
        try {
            socket = tls.connect({
                host: endpoint.address,
                port: endpoint.port,
                servername: isIP(endpoint.host) ? "" : endpoint.host,
                // The chain is judged afterwards, from what was presented. With roots at hand Node would fill gaps.
                rejectUnauthorized: false,
                ca: [],
                ...(version && {
                    minVersion: version,
                    maxVersion: version,
                    // OpenSSL 3 speaks the versions before 1.2 at level 0 only.
                    ciphers: "DEFAULT:@SECLEVEL=0",
                }),
            });
        } catch (error) {
            resolve({ kind: "unknown", reason: error instanceof Error ? error.message : String(error) });
            return;
        }
        socket.setTimeout(timeoutMs, () => {
            resolve({ kind: "unknown", reason: "no answer in time" });
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

/** This machine's OpenSSL cannot speak the version (a FIPS or hardened build), or there was no connection at all. */
function isOurOwn(error: NodeJS.ErrnoException): boolean {
    return /NO_PROTOCOLS_AVAILABLE|INVALID_PROTOCOL|NO_CIPHER|INTERNAL_ERROR|ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT/.test(
        error.code ?? "",
    );
}

/** Node links the certificates in the order of issue; the order on the wire cannot be seen from here. */
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
