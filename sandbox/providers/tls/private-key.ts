import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { LocalType } from "../local/local-resource";
import type { Properties } from "../protocol/values";
import { openSshKey } from "./openssh";

const generate = promisify(generateKeyPair);

/** The values of `ecdsaCurve` with OpenSSL's names for the curves. */
const CURVES: Record<string, string> = {
    P224: "secp224r1",
    P256: "prime256v1",
    P384: "secp384r1",
    P521: "secp521r1",
};

export const privateKey: LocalType = {
    required: ["algorithm"],
    defaults: { rsaBits: 2048, ecdsaCurve: "P224" },
    computed: [
        "privateKeyPem",
        "privateKeyPemPkcs8",
        "privateKeyOpenssh",
        "publicKeyPem",
        "publicKeyOpenssh",
        "publicKeyFingerprintMd5",
        "publicKeyFingerprintSha256",
    ],
    secrets: ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"],
    problems: ({ algorithm, ecdsaCurve }) => [
        ...oneOf("algorithm", algorithm, ["RSA", "ECDSA", "ED25519"]),
        ...oneOf("ecdsaCurve", ecdsaCurve, Object.keys(CURVES)),
    ],
    create: async inputs => {
        const key = await generateKey(inputs);
        const publicKeyPem = createPublicKey(key).export({ type: "spki", format: "pem" }) as string;
        const id = createHash("sha1").update(publicKeyPem).digest("hex");
        return { id, computed: { ...keyOutputs(key), publicKeyPem } };
    },
};

async function generateKey({ algorithm, rsaBits, ecdsaCurve }: Properties): Promise<KeyObject> {
    if (algorithm === "RSA") return (await generate("rsa", { modulusLength: Number(rsaBits) })).privateKey;
    if (algorithm === "ED25519") return (await generate("ed25519")).privateKey;
    const namedCurve = (typeof ecdsaCurve === "string" && CURVES[ecdsaCurve]) || "";
    return (await generate("ec", { namedCurve })).privateKey;
}

function keyOutputs(key: KeyObject): Properties {
    const openSsh = openSshKey(key);
    return {
        privateKeyPem: traditionalPem(key),
        privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }) as string,
        privateKeyOpenssh: openSsh?.privateKey ?? "",
        publicKeyOpenssh: openSsh?.publicKey ?? "",
        publicKeyFingerprintMd5: openSsh ? md5(openSsh.publicBlob) : "",
        publicKeyFingerprintSha256: openSsh ? sha256(openSsh.publicBlob) : "",
    };
}

/** PKCS #1 for RSA, SEC 1 for elliptic curves, PKCS #8 for Ed25519, which has no older format. */
function traditionalPem(key: KeyObject): string {
    if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs1", format: "pem" }) as string;
    if (key.asymmetricKeyType === "ec") return key.export({ type: "sec1", format: "pem" }) as string;
    return key.export({ type: "pkcs8", format: "pem" }) as string;
}

function md5(blob: Buffer): string {
    const digits = createHash("md5").update(blob).digest("hex");
    return (digits.match(/../g) ?? []).join(":");
}

function sha256(blob: Buffer): string {
    return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The problem if `value` is not among `allowed`. */
export function oneOf(name: string, value: Properties[string] | undefined, allowed: string[]): string[] {
    if (typeof value === "string" && allowed.includes(value)) return [];
    return [`Attribute ${name} value must be one of: ${allowed.map(each => `"${each}"`).join(" ")}`];
}

/** The provider's name for the algorithm of a key. */
export function keyAlgorithm(pem: string): string {
    const kind = createPrivateKey(pem).asymmetricKeyType;
    return kind === "rsa" ? "RSA" : kind === "ec" ? "ECDSA" : "ED25519";
}
