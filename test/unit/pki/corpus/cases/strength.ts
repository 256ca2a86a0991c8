import { generateKeyPairSync } from "node:crypto";
import { accepted, type Case, refused } from "../case";
import { type Keys, ecKeys, ecdsa, publicRsaKey, pss, rsa, rsaKeys } from "../mint";
import { RSA_KEYS, below, leafBelow, leafWith, root, scene } from "../stage";

const CHAIN_ONLY = "looks at the chain, not at what clients offer in a handshake";
const LEVEL = "sets no smallest size by itself (its security level is 1)";
const RSA_ISSUER = below(root, { key: RSA_KEYS });

const signedBy = (issuer: typeof RSA_ISSUER, signature: Parameters<typeof leafBelow>[1]) =>
    scene([leafBelow(issuer, signature), issuer]);

/** Keys and signatures. */
export const STRENGTH_CASES: Case[] = [
    refused("RSA 1024", ["weak-key"], () => leafWith({ key: rsaKeys(1024) }), {
        openssl: LEVEL,
        node: LEVEL,
        go: "takes RSA from 1024 bits on",
        java: "takes RSA from 1024 bits on",
    }),
    refused(
        "an issuer with RSA 1024",
        ["weak-key"],
        () => {
            const issuer = below(root, { key: rsaKeys(1024) });
            return scene([leafBelow(issuer), issuer]);
        },
        {
            openssl: LEVEL,
            node: LEVEL,
            go: "takes RSA from 1024 bits on",
            java: "takes RSA from 1024 bits on",
        },
    ),
    refused(
        "RSA with the exponent 1",
        ["weak-key"],
        () => leafWith({ key: publicRsaKey(2048, Buffer.from([1])) }),
        {
            openssl: "is not asked to use the key",
            go: "is not asked to use the key",
        },
    ),
    refused("an EC key on P-192", ["weak-key"], () => leafWith({ key: ecKeys("prime192v1") }), {
        openssl: CHAIN_ONLY,
    }),
    refused("an EC key on secp256k1", ["unsupported-key"], () => leafWith({ key: ecKeys("secp256k1") }), {
        openssl: CHAIN_ONLY,
        java: CHAIN_ONLY,
    }),
    refused(
        "an EC key on a Brainpool curve",
        ["unsupported-key"],
        () => leafWith({ key: ecKeys("brainpoolP256r1") }),
        {
            openssl: CHAIN_ONLY,
            java: CHAIN_ONLY,
        },
    ),
    refused(
        "an EC key on a curve without name",
        ["unsupported-key"],
        () => leafWith({ key: explicitCurve() }),
        {},
    ),
    refused("a DSA key", ["unsupported-key"], () => leafWith({ key: dsaKeys() }), {
        openssl: CHAIN_ONLY,
        java: CHAIN_ONLY,
    }),
    accepted("Ed25519", ["uncommon-key"], () => leafWith({ key: generateKeyPairSync("ed25519") })),
    accepted("Ed448", ["uncommon-key"], () => leafWith({ key: generateKeyPairSync("ed448") }), {
        go: "does not know Ed448",
    }),
    accepted(
        "an RSA key for PSS only",
        ["uncommon-key"],
        () => leafWith({ key: generateKeyPairSync("rsa-pss", { modulusLength: 2048 }) }),
        {
            go: "does not know keys for RSASSA-PSS only",
        },
    ),
    accepted("P-521", ["uncommon-key"], () => leafWith({ key: ecKeys("P-521") })),
    accepted(
        "RSA of 9216 bits",
        ["uncommon-key"],
        () => leafWith({ key: publicRsaKey(9216, Buffer.from([1, 0, 1])) }),
        {
            go: "takes RSA up to 8192 bits",
        },
    ),
    accepted("RSA with the exponent 3", ["unusual-exponent"], () => leafWith({ key: rsaKeys(2048, 3) })),
    accepted("RSA with an exponent of 33 bits", ["unusual-exponent"], () =>
        leafWith({ key: publicRsaKey(2048, Buffer.from([1, 0, 0, 0, 1])) }),
    ),
    refused(
        "signed with ECDSA and SHA-1",
        ["weak-signature"],
        () => leafWith({ signature: ecdsa("sha1", "1.2.840.10045.4.1") }),
        { openssl: LEVEL, java: "refuses SHA-1 below public roots only" },
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
            java: "refuses SHA-1 below public roots only",
        },
    ),
    refused(
        "an issuer signed with SHA-1",
        ["weak-signature"],
        () => {
            const issuer = below(root, { signature: ecdsa("sha1", "1.2.840.10045.4.1") });
            return scene([leafBelow(issuer), issuer]);
        },
        { openssl: LEVEL, java: "refuses SHA-1 below public roots only" },
    ),
    accepted(
        "signed with SHA-224",
        ["uncommon-signature"],
        () => leafWith({ signature: ecdsa("sha224", "1.2.840.10045.4.3.1") }),
        {
            go: "does not know SHA-224 in signatures",
        },
    ),
    accepted("signed with Ed25519", ["uncommon-signature"], () => {
        const issuer = below(root, { key: generateKeyPairSync("ed25519") });
        return scene([leafBelow(issuer), issuer]);
    }),
    accepted(
        "signed with Ed448",
        ["uncommon-signature"],
        () => {
            const issuer = below(root, { key: generateKeyPairSync("ed448") });
            return scene([leafBelow(issuer), issuer]);
        },
        { go: "does not know Ed448" },
    ),
];

/** Small, because larger ones take seconds to make. The private one is of no use: no server takes it. */
function dsaKeys(): Keys {
    const { publicKey } = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
    return { publicKey };
}

/** P-256, described by its numbers instead of its name. */
function explicitCurve(): Keys {
    return generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" });
}
