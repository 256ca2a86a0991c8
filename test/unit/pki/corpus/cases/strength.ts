import { generateKeyPairSync } from "node:crypto";
import { accepted, type Case, refused } from "../case";
import { type Keys, ecKeys, ecdsa, publicRsaKey, pss, rsa, rsaKeys } from "../create-certificate";
import { RSA_KEYS, intermediateBelow, leafBelow, withLeaf, root, scenario } from "../fixtures";

const CHAIN_ONLY = "verifies the chain without a TLS handshake";
const LEVEL = "has no minimum key size by default (security level 1)";
const RSA_ISSUER = intermediateBelow(root, { key: RSA_KEYS });

const signedBy = (issuer: typeof RSA_ISSUER, signature: Parameters<typeof leafBelow>[1]) =>
    scenario([leafBelow(issuer, signature), issuer]);

/** Keys and signatures. */
export const STRENGTH_CASES: Case[] = [
    refused("RSA 1024", ["weak-key"], () => withLeaf({ key: rsaKeys(1024) }), {
        openssl: LEVEL,
        node: LEVEL,
        go: "accepts RSA from 1024 bits",
        java: "accepts RSA from 1024 bits",
    }),
    refused(
        "an issuer with RSA 1024",
        ["weak-key"],
        () => {
            const issuer = intermediateBelow(root, { key: rsaKeys(1024) });
            return scenario([leafBelow(issuer), issuer]);
        },
        {
            openssl: LEVEL,
            node: LEVEL,
            go: "accepts RSA from 1024 bits",
            java: "accepts RSA from 1024 bits",
        },
    ),
    refused(
        "RSA with the exponent 1",
        ["weak-key"],
        () => withLeaf({ key: publicRsaKey(2048, Buffer.from([1])) }),
        {
            openssl: "does not use the key in this test",
            go: "does not use the key in this test",
        },
    ),
    refused("an EC key on P-192", ["weak-key"], () => withLeaf({ key: ecKeys("prime192v1") }), {
        openssl: CHAIN_ONLY,
    }),
    refused("an EC key on secp256k1", ["unsupported-key"], () => withLeaf({ key: ecKeys("secp256k1") }), {
        openssl: CHAIN_ONLY,
        java: CHAIN_ONLY,
    }),
    refused(
        "an EC key on a Brainpool curve",
        ["unsupported-key"],
        () => withLeaf({ key: ecKeys("brainpoolP256r1") }),
        {
            openssl: CHAIN_ONLY,
            java: CHAIN_ONLY,
        },
    ),
    refused(
        "an EC key on a curve without name",
        ["unsupported-key"],
        () => withLeaf({ key: explicitCurve() }),
        {},
    ),
    refused("a DSA key", ["unsupported-key"], () => withLeaf({ key: dsaKeys() }), {
        openssl: CHAIN_ONLY,
        java: CHAIN_ONLY,
    }),
    accepted("Ed25519", ["uncommon-key"], () => withLeaf({ key: generateKeyPairSync("ed25519") })),
    accepted("Ed448", ["uncommon-key"], () => withLeaf({ key: generateKeyPairSync("ed448") }), {
        go: "does not support Ed448",
    }),
    accepted(
        "an RSA key for PSS only",
        ["uncommon-key"],
        () => withLeaf({ key: generateKeyPairSync("rsa-pss", { modulusLength: 2048 }) }),
        {
            go: "does not support keys for RSASSA-PSS only",
        },
    ),
    accepted("P-521", ["uncommon-key"], () => withLeaf({ key: ecKeys("P-521") })),
    accepted(
        "RSA of 9216 bits",
        ["uncommon-key"],
        () => withLeaf({ key: publicRsaKey(9216, Buffer.from([1, 0, 1])) }),
        {
            go: "accepts RSA up to 8192 bits",
        },
    ),
    accepted("RSA with the exponent 3", ["unusual-exponent"], () => withLeaf({ key: rsaKeys(2048, 3) })),
    accepted("RSA with an exponent of 33 bits", ["unusual-exponent"], () =>
        withLeaf({ key: publicRsaKey(2048, Buffer.from([1, 0, 0, 0, 1])) }),
    ),
    refused(
        "signed with ECDSA and SHA-1",
        ["weak-signature"],
        () => withLeaf({ signature: ecdsa("sha1", "1.2.840.10045.4.1") }),
        { openssl: LEVEL, java: "refuses SHA-1 only below public roots" },
    ),
    refused(
        "signed with RSA and MD5",
        ["weak-signature"],
        () => signedBy(RSA_ISSUER, { signature: rsa("md5", "1.2.840.113549.1.1.4") }),
        {
            openssl: LEVEL,
        },
    ),
    refused(
        "signed with RSASSA-PSS and SHA-1",
        ["weak-signature"],
        () => signedBy(RSA_ISSUER, { signature: pss("sha1", "3000") }),
        {
            openssl: LEVEL,
            java: "refuses SHA-1 only below public roots",
        },
    ),
    refused(
        "an issuer signed with SHA-1",
        ["weak-signature"],
        () => {
            const issuer = intermediateBelow(root, { signature: ecdsa("sha1", "1.2.840.10045.4.1") });
            return scenario([leafBelow(issuer), issuer]);
        },
        { openssl: LEVEL, java: "refuses SHA-1 only below public roots" },
    ),
    accepted(
        "signed with SHA-224",
        ["uncommon-signature"],
        () => withLeaf({ signature: ecdsa("sha224", "1.2.840.10045.4.3.1") }),
        {
            go: "does not support SHA-224 in signatures",
        },
    ),
    accepted("signed with Ed25519", ["uncommon-signature"], () => {
        const issuer = intermediateBelow(root, { key: generateKeyPairSync("ed25519") });
        return scenario([leafBelow(issuer), issuer]);
    }),
    accepted(
        "signed with Ed448",
        ["uncommon-signature"],
        () => {
            const issuer = intermediateBelow(root, { key: generateKeyPairSync("ed448") });
            return scenario([leafBelow(issuer), issuer]);
        },
        { go: "does not support Ed448" },
    ),
];

/** A small key, because generating a larger one takes seconds. Without the private key, because no server accepts DSA. */
function dsaKeys(): Keys {
    const { publicKey } = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
    return { publicKey };
}

/** P-256, specified by its parameters instead of its name. */
function explicitCurve(): Keys {
    return generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" });
}
