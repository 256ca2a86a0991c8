import { timingSafeEqual } from "node:crypto";
import { COMMANDS } from "../commands";
import type { Finding } from "../finding";
import { identifyDer } from "../identify-der";
import { type Integrity, readMac, readScheme } from "./algorithms";
import { type Asn1, MalformedError, parseAsn1 } from "./asn1";
import { type Bags, readBags } from "./bags";
import type { Password } from "./derive-key";
import { ASCII, type Variant, asOldOpenssl, passwordsOf, variantsOf } from "./passwords";
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
    /** Warnings about the password. */
    findings: Finding[];
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
export function decryptPfx(structure: PfxStructure, given: string | undefined): PfxContents {
    const file = new LockedPfx(structure);
    const passwords = passwordsOf(given);
    const verified = passwords.filter(one => file.verifies(one));
    const contents = file.decryptWith(verified.length > 0 ? verified : passwords);
    if (contents && (!file.hasMac || verified.length > 0)) return contents;
    if (!given)
        throw verified.length > 0 ? twoPasswords() : contents && file.isEncrypted ? damaged() : missing();
    const old = asOldOpenssl(given);
    const opened = old && file.verifies(old) && file.decryptWith([old]);
    if (opened) return { ...opened, findings: [oldEncoding().finding] };
    throw file.explain(given, { verified: verified.length > 0, decrypts: contents !== undefined });
}

/** A PFX before its password is known. */
class LockedPfx {
    readonly hasMac: boolean;
    /** Whether any contents are encrypted. */
    readonly isEncrypted: boolean;
    private readonly plain: Bags[];
    private readonly encrypted: Encrypted[];
    private readonly mac?: Integrity;
    private readonly budget: IterationBudget;
    /** Iterations that one password takes. */
    private readonly cost: number;

    constructor(private readonly structure: PfxStructure) {
        this.plain = structure.parts.filter(part => !isEncrypted(part)).map(part => readBags(part as Asn1));
        this.encrypted = structure.parts.filter(isEncrypted);
        this.mac = structure.mac && readMac(structure.mac);
        this.hasMac = this.mac !== undefined;
        this.budget = new IterationBudget(this.mac?.iterations ?? 0);
        const parts = [...this.encrypted, ...this.plain.flatMap(encryptedKeys)];
        // Check the limit for the whole file before deriving any key.
        for (const one of parts) this.budget.spend(one);
        this.isEncrypted = parts.length > 0;
        this.cost = this.mac?.iterations ?? this.budget.spent;
    }

    verifies(password: Password): boolean {
        const { mac, authenticated } = this.structure;
        return (
            mac !== undefined &&
            this.mac !== undefined &&
            isSame(this.mac.compute(authenticated, password), mac.digest)
        );
    }

    decryptWith(passwords: readonly Password[]): PfxContents | undefined {
        return firstSuccess(passwords, one => decryptAll(this.plain, this.encrypted, one, this.budget));
    }

    /** Finds out why the given password does not open the file, in a limited number of attempts. */
    explain(given: string, exact: { verified: boolean; decrypts: boolean }): PfxProblem {
        const most = Math.ceil(MAX_ITERATIONS / Math.max(this.cost, 1));
        const variants = variantsOf(given).slice(0, most);
        if (exact.verified) {
            const found = variants.find(one => one.isEncoding && this.decryptWith([one]));
            return found ? otherEncoding(found) : twoPasswords();
        }
        const opens = (one: Password): boolean =>
            this.hasMac ? this.verifies(one) : this.isEncrypted && this.decryptWith([one]) !== undefined;
        const found = variants.find(opens);
        if (found) return found.isEncoding ? otherEncoding(found) : misspelt(found);
        // If the password decrypts the contents, it is right, so the file was changed.
        return exact.decrypts && this.isEncrypted ? damaged() : wrongPassword();
    }
}

/** Counts iterations before they are computed. @throws PfxProblem above MAX_ITERATIONS */
class IterationBudget {
    constructor(public spent: number) {
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
            pkcs8: Buffer.isBuffer(pkcs8) ? pkcs8 : decryptKey(pkcs8, password),
        })),
        certificates: bags.flatMap(one => one.certificates),
        findings: [],
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

/** Also checks that the result is a key, because without an integrity check nothing else would detect a wrong password. */
function decryptKey(encrypted: Encrypted, password: Password): Buffer {
    const key = decrypt(encrypted, password);
    if (identifyDer(key) !== "private-key") throw new WrongPassword();
    return key;
}

function encryptedKeys({ keys }: Bags): Encrypted[] {
    return keys.flatMap(({ pkcs8 }) => (Buffer.isBuffer(pkcs8) ? [] : [pkcs8]));
}

function isSame(one: Buffer, other: Buffer): boolean {
    return one.length === other.length && timingSafeEqual(one, other);
}

function wrongPassword(): PfxProblem {
    return new PfxProblem(
        "pfx-password-wrong",
        "The password does not open the PFX, neither in other encodings nor without blanks and line ends around it.",
        `Use the password that was chosen when the file was exported. ${COMMANDS.checkPfx} asks for it and shows whether it is right.`,
    );
}

function missing(): PfxProblem {
    return new PfxProblem(
        "pfx-password-missing",
        "The PFX has a password, and none was given.",
        "Set the password that was chosen when the file was exported.",
    );
}

function misspelt({ how, advice }: Variant): PfxProblem {
    return new PfxProblem("pfx-password-wrong", `The password opens the PFX ${how}.`, advice);
}

function otherEncoding({ how, advice }: Variant): PfxProblem {
    return new PfxProblem(
        "pfx-password-encoding",
        `The password is right, but the program that created the PFX encoded it ${how}. OpenSSL and other programs refuse this file.`,
        advice,
    );
}

function oldEncoding(): PfxProblem {
    return new PfxProblem(
        "pfx-password-encoding",
        "The PFX was created by a program that encodes letters outside of ASCII differently, such as OpenSSL 1.0. It was read; Windows and Java refuse it.",
        ASCII,
        "warning",
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
