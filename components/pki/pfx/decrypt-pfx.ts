import { timingSafeEqual } from "node:crypto";
import { readMac, readScheme } from "./algorithms";
import { type Asn1, MalformedError, parseAsn1 } from "./asn1";
import { type Bags, readBags } from "./bags";
import type { Password } from "./derive-key";
import { PfxProblem, tooManyIterations } from "./problem";
import { type Encrypted, type PfxStructure, isEncrypted } from "./structure";

/** A private key and its name. */
export interface PfxKey {
    friendlyName?: string;
    /** PKCS#8 as DER. Secret. */
    pkcs8: Buffer;
}

/** The decrypted contents of a PFX. */
export interface PfxContents {
    keys: PfxKey[];
    /** DER, in the order of the file. */
    certificates: Buffer[];
}

/**
 * The maximum number of key derivation iterations for one file, which take a few seconds. The limit prevents a malicious file from
 * blocking an update. Older versions of Firefox use the most, 3.6 million (600,000 for each digest of two keys, two initial vectors and
 * the integrity check). Windows, Java and OpenSSL use thousands.
 */
const MAX_ITERATIONS = 5_000_000;

/** A part of the file cannot be decrypted with this password. */
class WrongPassword extends Error {}

/**
 * Checks the integrity and decrypts all contents.
 *
 * @throws PfxProblem | MalformedError
 */
export function decryptPfx(structure: PfxStructure, password: string | undefined): PfxContents {
    const plain = structure.parts.filter(part => !isEncrypted(part)).map(part => readBags(part as Asn1));
    const encrypted = structure.parts.filter(isEncrypted);
    const mac = structure.mac && readMac(structure.mac);
    const budget = new IterationBudget(mac?.iterations ?? 0);
    // Check the limit for the whole file before deriving any key.
    for (const one of [...encrypted, ...plain.flatMap(encryptedKeys)]) budget.spend(one);

    const passwords: Password[] = password ? [password] : ["", null];
    const verified = passwords.filter(
        one =>
            structure.mac && mac && isSame(mac.compute(structure.authenticated, one), structure.mac.digest),
    );
    const contents = firstSuccess(verified.length > 0 ? verified : passwords, one =>
        decryptAll(plain, encrypted, one, budget),
    );
    if (structure.mac === undefined || verified.length > 0) {
        if (contents) return contents;
        throw verified.length > 0 ? twoPasswords() : wrongPassword(password);
    }
    // The integrity check failed. If the password decrypts the contents, it is right, so the file was changed.
    const hasEncryption = encrypted.length > 0 || plain.some(one => encryptedKeys(one).length > 0);
    throw contents && hasEncryption ? damaged() : wrongPassword(password);
}

/** Counts iterations before they are computed. @throws PfxProblem above MAX_ITERATIONS */
class IterationBudget {
    constructor(private spent: number) {
        this.check();
    }

    spend(encrypted: Encrypted): void {
        this.spent += readScheme(encrypted).iterations;
        this.check();
    }

    private check(): void {
        if (this.spent > MAX_ITERATIONS) throw tooManyIterations(MAX_ITERATIONS);
    }
}

function firstSuccess(
    passwords: readonly Password[],
    decrypt: (password: Password) => PfxContents,
): PfxContents | undefined {
    for (const password of passwords) {
        try {
            return decrypt(password);
        } catch (error) {
            if (!(error instanceof WrongPassword)) throw error;
        }
    }
    return undefined;
}

function decryptAll(
    plain: readonly Bags[],
    encrypted: readonly Encrypted[],
    password: Password,
    budget: IterationBudget,
): PfxContents {
    const bags = [...plain, ...encrypted.map(part => safeContents(decrypt(part, password)))];
    const keys = bags.flatMap(one => one.keys);
    // Keys inside an encrypted part are known only after its decryption.
    for (const key of bags.slice(plain.length).flatMap(encryptedKeys)) budget.spend(key);
    return {
        keys: keys.map(({ friendlyName, pkcs8 }) => ({
            friendlyName,
            pkcs8: Buffer.isBuffer(pkcs8) ? pkcs8 : decrypt(pkcs8, password),
        })),
        certificates: bags.flatMap(one => one.certificates),
    };
}

function safeContents(decrypted: Buffer): Bags {
    try {
        return readBags(parseAsn1(decrypted));
    } catch (error) {
        throw error instanceof MalformedError ? new WrongPassword() : error;
    }
}

/** Decrypts DER. One wrong password in 256 produces valid padding, so the result is also parsed. */
function decrypt(encrypted: Encrypted, password: Password): Buffer {
    const scheme = readScheme(encrypted);
    try {
        const decrypted = scheme.decrypt(encrypted.data, password);
        parseAsn1(decrypted);
        return decrypted;
    } catch {
        throw new WrongPassword();
    }
}

function encryptedKeys({ keys }: Bags): Encrypted[] {
    return keys.flatMap(({ pkcs8 }) => (Buffer.isBuffer(pkcs8) ? [] : [pkcs8]));
}

function isSame(one: Buffer, other: Buffer): boolean {
    return one.length === other.length && timingSafeEqual(one, other);
}

function wrongPassword(password: string | undefined): PfxProblem {
    return password
        ? new PfxProblem(
              "pfx-password-wrong",
              "The password does not open the PFX.",
              "Try the password with openssl pkcs12 -info -noout -in FILE. If openssl accepts it, copy the complete file again.",
          )
        : new PfxProblem(
              "pfx-password-missing",
              "The PFX has a password, and none was given.",
              "Set the password that was chosen when the file was exported.",
          );
}

function damaged(): PfxProblem {
    return new PfxProblem(
        "pfx-damaged",
        "The password is right, but the integrity check of the PFX fails: the file was changed or damaged.",
        "Export it again, and do not use its contents.",
    );
}

function twoPasswords(): PfxProblem {
    return new PfxProblem(
        "pfx-two-passwords",
        "The password matches the integrity check of the PFX, but the contents are encrypted with another password.",
        "Export it again with one password.",
    );
}
