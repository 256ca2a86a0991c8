import { type KeyObject, randomBytes } from "node:crypto";

/**
 * A key in the formats of OpenSSH (RFC 4253, 5656 and 8709 for public keys, OpenSSH's PROTOCOL.key for private keys).
 */
interface OpenSshKey {
    /** `ssh-ed25519 AAAA…`, with a line feed at the end. */
    publicKey: string;
    privateKey: string;
    /** The public key in binary form. Fingerprints are hashes of it. */
    publicBlob: Buffer;
}

const ECDSA_NAMES: Record<string, string> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };
const BLOCK_SIZE = 8;
const LINE_LENGTH = 70;

/** Converts a private key. Undefined for P-224, which OpenSSH does not support. */
export function openSshKey(key: KeyObject): OpenSshKey | undefined {
    const fields = keyFields(key);
    if (!fields) return undefined;
    const publicBlob = Buffer.concat(fields.public);
    return {
        publicBlob,
        publicKey: `${fields.name} ${publicBlob.toString("base64")}\n`,
        privateKey: privateKeyPem(publicBlob, Buffer.concat(fields.private)),
    };
}

function keyFields(key: KeyObject): { name: string; public: Buffer[]; private: Buffer[] } | undefined {
    if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
    const jwk = key.export({ format: "jwk" });
    const part = (name: "n" | "e" | "d" | "p" | "q" | "qi" | "x" | "y"): Buffer =>
        Buffer.from(jwk[name] ?? "", "base64url");
    if (jwk.kty === "RSA") {
        const [n, e, d, p, q, qi] = [part("n"), part("e"), part("d"), part("p"), part("q"), part("qi")].map(
            integer,
        );
        const name = "ssh-rsa";
        return {
            name,
            public: [string(name), e, n] as Buffer[],
            private: [string(name), n, e, d, qi, p, q] as Buffer[],
        };
    }
    if (jwk.kty === "EC") {
        const curve = ECDSA_NAMES[jwk.crv ?? ""];
        if (!curve) return undefined;
        const name = `ecdsa-sha2-${curve}`;
        const point = string(Buffer.concat([Buffer.from([4]), part("x"), part("y")]));
        const shared = [string(name), string(curve), point];
        return { name, public: shared, private: [...shared, integer(part("d"))] };
    }
    const name = "ssh-ed25519";
    const shared = [string(name), string(part("x"))];
    return { name, public: shared, private: [...shared, string(Buffer.concat([part("d"), part("x")]))] };
}

function privateKeyPem(publicBlob: Buffer, privateFields: Buffer): string {
    const check = randomBytes(4);
    const unpadded = Buffer.concat([check, check, privateFields, string("")]);
    const padding = (BLOCK_SIZE - (unpadded.length % BLOCK_SIZE)) % BLOCK_SIZE;
    const padded = Buffer.concat([
        unpadded,
        Buffer.from(Array.from({ length: padding }, (_, index) => index + 1)),
    ]);
    const one = Buffer.from([0, 0, 0, 1]);
    const contents = Buffer.concat([
        Buffer.from("openssh-key-v1\0"),
        string("none"),
        string("none"),
        string(""),
        one,
        string(publicBlob),
        string(padded),
    ]);
    const lines = contents.toString("base64").match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
    return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** RFC 4251 `string`. */
function string(value: string | Buffer): Buffer {
    const bytes = Buffer.from(value as string);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
}

/** RFC 4251 `mpint` of a non-negative number. */
function integer(value: Buffer): Buffer {
    let start = 0;
    while (start < value.length - 1 && value[start] === 0) start++;
    const trimmed = value.subarray(start);
    return string(((trimmed[0] ?? 0) & 0x80) !== 0 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}
