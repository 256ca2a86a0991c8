import { timingSafeEqual } from "node:crypto";
import { macOf, schemeOf } from "./algorithms";
import { type Asn1, MalformedError, parseAsn1 } from "./asn1";
import { type Bags, bagsOf } from "./bags";
import type { Password } from "./derive-key";
import { PfxProblem, tooManyIterations } from "./problem";
import { type Encrypted, type PfxStructure, isEncrypted } from "./structure";

/** A key and what it is called. */
export interface PfxKey {
    friendlyName?: string;
    /** PKCS#8 as DER. Secret. */
    pkcs8: Buffer;
}

/** What a PFX holds, decrypted. */
export interface PfxContents {
    keys: PfxKey[];
    /** DER, in the order of the file. */
    certificates: Buffer[];
}

/**
 * Rounds of key derivation that one file may cost, all together. Older Firefox asks for most, 3.6 million (600,000 for each
 * digest of two keys, two initial vectors and the integrity check); Windows, Java and OpenSSL for thousands. A few seconds of
 * work, so that a made-up file cannot keep an update waiting.
 */
const MAX_ITERATIONS = 5_000_000;

/** Something did not decrypt, so the password is another one. */
class WrongPassword extends Error {}

/**
 * Checks the integrity and decrypts everything.
 *
 * @throws PfxProblem | MalformedError
 */
export function unlock(structure: PfxStructure, password: string | undefined): PfxContents {
    const open = structure.parts.filter(part => !isEncrypted(part)).map(part => bagsOf(part as Asn1));
    const locked = structure.parts.filter(isEncrypted);
    const mac = structure.mac && macOf(structure.mac);
    const budget = new Budget(mac?.iterations ?? 0);
    // Before any work is done: what the file asks for as a whole.
    for (const one of [...locked, ...open.flatMap(lockedKeys)]) budget.spend(one);

    const passwords: Password[] = password ? [password] : ["", null];
    const fitting = passwords.filter(
        one =>
            structure.mac && mac && isSame(mac.compute(structure.authenticated, one), structure.mac.digest),
    );
    const contents = firstThatDecrypts(fitting.length > 0 ? fitting : passwords, one =>
        decryptAll(open, locked, one, budget),
    );
    if (structure.mac === undefined || fitting.length > 0) {
        if (contents) return contents;
        throw fitting.length > 0 ? twoPasswords() : wrongPassword(password);
    }
    // Who has the right password can decrypt also what somebody changed elsewhere in the file.
    const decryptsNothing = locked.length === 0 && !open.some(one => lockedKeys(one).length > 0);
    throw contents && !decryptsNothing ? damaged() : wrongPassword(password);
}

/** Counts what is asked for before it is done. */
class Budget {
    constructor(private spent: number) {
        this.check();
    }

    spend(encrypted: Encrypted): void {
        this.spent += schemeOf(encrypted).iterations;
        this.check();
    }

    private check(): void {
        if (this.spent > MAX_ITERATIONS) throw tooManyIterations(MAX_ITERATIONS);
    }
}

function firstThatDecrypts(
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
    open: readonly Bags[],
    locked: readonly Encrypted[],
    password: Password,
    budget: Budget,
): PfxContents {
    const bags = [...open, ...locked.map(part => safeContents(decrypt(part, password)))];
    const keys = bags.flatMap(one => one.keys);
    // Those inside of an encrypted part have only come to light now.
    for (const key of bags.slice(open.length).flatMap(lockedKeys)) budget.spend(key);
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
        return bagsOf(parseAsn1(decrypted));
    } catch (error) {
        throw error instanceof MalformedError ? new WrongPassword() : error;
    }
}

/** DER: one wrong password in 256 leaves something that ends as it should, so what it begins with is looked at too. */
function decrypt(encrypted: Encrypted, password: Password): Buffer {
    const scheme = schemeOf(encrypted);
    try {
        const decrypted = scheme.decrypt(encrypted.data, password);
        parseAsn1(decrypted);
        return decrypted;
    } catch {
        throw new WrongPassword();
    }
}

function lockedKeys({ keys }: Bags): Encrypted[] {
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
              "Try it with openssl pkcs12 -info -noout -in FILE; if it is right there too, copy the file again, whole.",
          )
        : new PfxProblem(
              "pfx-password-missing",
              "The PFX is protected by a password, and none was given.",
              "Give the password that it was exported with.",
          );
}

function damaged(): PfxProblem {
    return new PfxProblem(
        "pfx-damaged",
        "The password is right, but the integrity check of the PFX fails: the file was changed or damaged.",
        "Export it again; do not use what it holds.",
    );
}

function twoPasswords(): PfxProblem {
    return new PfxProblem(
        "pfx-two-passwords",
        "The password fits the integrity check of the PFX, but its contents are encrypted with another one.",
        "Export it again with a single password.",
    );
}
