import { isIP } from "node:net";
import { duplexPair } from "node:stream";
import * as tls from "node:tls";
import type { Scenario } from "../case";
import { keyPem } from "../create-certificate";
import type { Verifier } from "./verifier";

/** A TLS handshake inside Node: OpenSSL without strict options, as most programs use it. Checks the private key as well. */
export const node: Verifier = {
    name: "node",
    verify: scenarios =>
        Promise.all(scenarios.map(async scenario => (scenario.at ? undefined : await handshake(scenario)))),
};

function handshake({ chain, key, roots, hostname }: Scenario): Promise<string> | undefined {
    const [leaf] = chain;
    const privateKey = key ?? (leaf && keyPem(leaf));
    if (privateKey === undefined) return undefined;
    return new Promise(resolve => {
        const [one, other] = duplexPair();
        try {
            const cert = chain.map(each => each.pem).join("");
            // The test is about the client, so the server accepts all ciphers.
            const ciphers = "DEFAULT:@SECLEVEL=0";
            const secureContext = tls.createSecureContext({ cert, key: privateKey, ciphers });
            const server = new tls.TLSSocket(one, { isServer: true, secureContext });
            server.on("error", () => undefined);
        } catch (error) {
            return resolve(`the server: ${(error as Error).message}`);
        }
        const client = tls.connect({
            socket: other,
            host: hostname,
            servername: isIP(hostname) ? "" : hostname,
            ca: roots.map(each => each.pem),
        });
        const end = (verdict: string) => {
            client.destroy();
            one.destroy();
            resolve(verdict);
        };
        client.on("secureConnect", () => end(""));
        client.on("error", (error: Error) => end(error.message || "the connection broke"));
        client.on("close", () => end("the connection was closed"));
    });
}
