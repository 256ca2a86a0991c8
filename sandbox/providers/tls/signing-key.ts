import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from "node:crypto";

/** A key pair ready to sign, with the hash that Go, and so the real provider, signs with. */
export interface SigningKey {
    keys: webcrypto.CryptoKeyPair;
    algorithm: { name: string; hash?: string };
}

const EC_KEYS: Record<string, { namedCurve: string; hash: string }> = {
    prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
    secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
    secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
};

/** The key in a PEM, in any of the forms that `PrivateKey` puts out except OpenSSH's. */
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
    // Node's Web Crypto, which the certificate library signs with, has no P-224.
    if (!curve)
        throw new Error("The sandbox signs with P256, P384 and P521 only: set ecdsaCurve of the key.");
    const imported = { name: "ECDSA", namedCurve: curve.namedCurve };
    return { imported, algorithm: { name: "ECDSA", hash: curve.hash } };
}
