import type { KeyObject } from "node:crypto";
import { type Duplex, duplexPair } from "node:stream";
import * as tls from "node:tls";
import { normalizeHostname } from "../hostnames";

/** What a server presents, and what its client trusts and expects. */
export interface Handshake {
    /** PEM chain, leaf first. */
    chain: string;
    /** Secret. */
    key: KeyObject;
    /** PEM certificates. An authority that is not a root is trusted as well, where Node supports it. */
    trusted: readonly string[];
    hostnames: readonly string[];
}

/** Why a client refuses the certificate. */
export interface Refusal {
    /** OpenSSL's or Node's name of the error, e.g. `DEPTH_ZERO_SELF_SIGNED_CERT`. */
    code: string;
    /** In OpenSSL's words, e.g. `self-signed certificate`. */
    words: string;
}

/** The handshake takes milliseconds. The limit is for an end that waits without an answer. */
const TIMEOUT_MS = 10_000;

/**
 * Makes a TLS handshake inside of this process, without a network, with the OpenSSL that comes with Node.
 *
 * @returns the reason why the client refuses the certificate, or undefined when it accepts
 */
export function refusalOf(handshake: Handshake): Promise<Refusal | undefined> {
    const [one, other] = duplexPair();
    return new Promise(resolve => {
        const end = (refusal?: Refusal) => {
            clearTimeout(timer);
            one.destroy();
            other.destroy();
            resolve(refusal);
        };
        const refuse = (error: NodeJS.ErrnoException) =>
            end({ code: error.code ?? "UNSPECIFIED", words: error.message });
        const timer = setTimeout(refuse, TIMEOUT_MS, new Error("the handshake does not end"));
        try {
            serve(one, handshake, refuse);
            connect(other, handshake, refuse, end);
        } catch (error) {
            refuse(error as Error);
        }
    });
}

function serve(socket: Duplex, { chain, key }: Handshake, refuse: (error: Error) => void): void {
    const secureContext = tls.createSecureContext({
        cert: chain,
        key: key.export({ format: "pem", type: "pkcs8" }),
        // The client decides, so the server accepts every key and cipher.
        ciphers: "DEFAULT:@SECLEVEL=0",
    });
    const server = new tls.TLSSocket(socket, { isServer: true, secureContext });
    // After a refusal of the client, its alert arrives later than the client's own error.
    server.on("error", error => setImmediate(refuse, error));
}

function connect(
    socket: Duplex,
    { trusted, hostnames }: Handshake,
    refuse: (error: Error) => void,
    accept: () => void,
): void {
    const options: tls.ConnectionOptions & { allowPartialTrustChain: boolean } = {
        socket,
        ca: [...trusted],
        allowPartialTrustChain: true,
        checkServerIdentity: (_, certificate) =>
            hostnames
                .map(name => tls.checkServerIdentity(normalizeHostname(name) ?? name, certificate))
                .find(error => error !== undefined),
    };
    const client = tls.connect(options);
    client.on("error", refuse);
    client.on("secureConnect", accept);
    client.on("close", () => refuse(new Error("the connection was closed")));
}
