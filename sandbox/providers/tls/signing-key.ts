import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from "node:crypto";

/** A key pair for signatures, with the hash algorithm that the real provider (in Go) chooses for it. */
export interface SigningKey {
    keys: webcrypto.CryptoKeyPair;
    algorithm: { name: string; hash?: string };
}

const EC_KEYS: Record<string, { namedCurve: string; hash: string }> = {
    prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
    secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
    secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
};

/** Imports a key in PEM: any output of `PrivateKey` except the one in OpenSSH format. */
export async function signingKey(pem: string): Promise<SigningKey> {
    const key = createPrivateKey(pem);
    const { imported, algorithm } = algorithmOf(key);
    const pkcs8 = key.export({ type: "pkcs8", format: "der" });
    const spki = createPublicKey(key).export({ type: "spki", format: "der" });
    const { subtle } = webcrypto;
    return {
        algorithm,
        keys: {
            privateKey: await subtle.importKey("pkcs8", pkcs8, imported, false, ["sign"]),
            publicKey: await subtle.importKey("spki", spki, imported, true, ["verify"]),
        },
    };
}

function algorithmOf(key: KeyObject): {
    imported: webcrypto.AlgorithmIdentifier | webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams;
    algorithm: { name: string; hash?: string };
} {
    if (key.asymmetricKeyType === "rsa") {
        const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
        return { imported: algorithm, algorithm };
    }
    if (key.asymmetricKeyType === "ed25519") {
        return { imported: { name: "Ed25519" }, algorithm: { name: "Ed25519" } };
    }
    const curve = EC_KEYS[key.asymmetricKeyDetails?.namedCurve ?? ""];
    // The certificate library uses Node's Web Crypto, which does not support P-224, the default curve.
    if (!curve) {
        throw new Error(
            "The sandbox's stand-in for tls cannot sign with this elliptic curve. Set ecdsaCurve of the key to P256, P384 or P521.",
        );
    }
    const imported = { name: "ECDSA", namedCurve: curve.namedCurve };
    return { imported, algorithm: { name: "ECDSA", hash: curve.hash } };
}
