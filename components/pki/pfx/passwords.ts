import type { Password } from "./derive-key";

/** Another password or encoding, which explains why the given password does not open a file. */
export interface Variant extends Password {
    /** What differs, as the end of a sentence: "The password opens the PFX …", or for encodings "… encoded it …". */
    how: string;
    /** What to do. */
    advice: string;
    /** The characters are the given ones, and their encoding differs. */
    isEncoding: boolean;
}

/** The encodings that programs agree on. Without a password, both encodings of a missing password. */
export function passwordsOf(given: string | undefined): Password[] {
    return given ? [standard(given)] : [standard(""), { text: null, bytes: Buffer.alloc(0) }];
}

/**
 * What OpenSSL tries when the standard encoding does not match the integrity check: OpenSSL 1.0 extended each byte of UTF-8 to 16 bits
 * instead of decoding it. OpenSSL 1.1 and later then also use this wrong text, in UTF-8, for PBKDF2.
 */
export function asOldOpenssl(given: string): Password | undefined {
    if (isAscii(given)) return undefined;
    const text = Buffer.from(given, "utf8").toString("latin1");
    return { text, bytes: Buffer.from(text, "utf8") };
}

/** Code pages of consoles and programs of Windows and old Unix systems. */
const CODE_PAGES = [
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "iso-8859-2",
    "ibm866",
    "koi8-r",
] as const;

/** Passwords that people and programs confuse with the given one, the most frequent first. */
export function variantsOf(given: string): Variant[] {
    const variants = [...spellings(given), ...(isAscii(given) ? [] : encodings(given)), ...missing()];
    const seen = new Set([keyOf(standard(given))]);
    return variants.filter(one => !seen.has(keyOf(one)) && seen.add(keyOf(one)));
}

function spellings(given: string): Variant[] {
    const spelling = (text: string, how: string, advice: string): Variant => ({
        ...{ ...standard(text), how, advice, isEncoding: false },
    });
    const unquoted = /^(["'`])(.*)\1$/s.exec(given.trim())?.[2] ?? given;
    const added =
        "Create the PFX again with a password without line end, or set the password with the line end.";
    return [
        spelling(
            given.replace(/[\r\n]+$/, ""),
            "without the line end after it",
            "Remove the line end from the password.",
        ),
        spelling(
            given.replace(/^\ufeff/, ""),
            "without the byte order mark before it",
            "Remove the mark from the password.",
        ),
        spelling(given.trim(), "without the blanks or line ends around it", "Remove them from the password."),
        spelling(unquoted, "without the quotation marks around it", "Remove them from the password."),
        spelling(`${given}\n`, "with a line end after it", added),
        spelling(`${given}\r\n`, "with a line end (CR LF) after it", added),
    ].filter(({ text }) => text !== "");
}

export const ASCII =
    "Create the PFX again with a password of ASCII characters, which every program encodes in the same way.";

function encodings(given: string): Variant[] {
    const encoding = (password: Password, how: string): Variant => ({
        ...{ ...password, how, advice: ASCII, isEncoding: true },
    });
    const utf8 = Buffer.from(given, "utf8");
    const bigEndian = Buffer.from(given, "utf16le").swap16();
    return [
        encoding(
            { text: utf8.toString("latin1"), bytes: utf8 },
            "as its UTF-8 bytes instead of its characters, as PKI.js and OpenSSL 1.0 do",
        ),
        ...["NFC", "NFD"].map(form =>
            encoding(
                standard(given.normalize(form)),
                `with its accents composed in another way (Unicode ${form})`,
            ),
        ),
        ...CODE_PAGES.flatMap(page => {
            const bytes = encode(given, page);
            const how = `in ${page} instead of Unicode`;
            return bytes ? [encoding({ text: bytes.toString("latin1"), bytes }, how)] : [];
        }),
        encoding({ text: given, bytes: bigEndian }, "in UTF-16 instead of UTF-8"),
        encoding(
            { text: given, bytes: Buffer.concat([bigEndian, Buffer.alloc(2)]) },
            "in UTF-16 instead of UTF-8",
        ),
    ];
}

function missing(): Variant[] {
    const how = "only when it is omitted: the PFX has no password";
    return passwordsOf(undefined).map(password => ({
        ...{ ...password, how, advice: "Remove the password.", isEncoding: false },
    }));
}

function standard(text: string): Password {
    return { text, bytes: Buffer.from(text, "utf8") };
}

/** Returns undefined when the code page lacks a character. */
function encode(text: string, page: string): Buffer | undefined {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const characters = [...new TextDecoder(page).decode(all)];
    const bytes = [...text].map(character => characters.indexOf(character));
    return bytes.includes(-1) ? undefined : Buffer.from(bytes);
}

function isAscii(text: string): boolean {
    return /^[\x00-\x7f]*$/.test(text);
}

function keyOf({ text, bytes }: Password): string {
    return JSON.stringify([text, bytes.toString("hex")]);
}
