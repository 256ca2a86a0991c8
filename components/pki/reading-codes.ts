import type { WrongContent } from "./wrong-content";

/** The codes of findings about reading files, except `…-is-…`, which names the actual content of a file. */
export const READING_CODES = [
    "certificate-empty",
    "certificate-too-large",
    "certificate-unreadable",
    "no-certificate",
    "key-beside-certificate",
    "key-empty",
    "key-too-large",
    "key-unreadable",
    "no-key",
    "several-keys",
    "key-encrypted",
    "key-type-unsupported",
    "pfx-empty",
    "pfx-too-large",
    "pfx-unreadable",
    "pfx-not-base64",
    "pfx-password-missing",
    "pfx-password-wrong",
    "pfx-two-passwords",
    "pfx-damaged",
    "pfx-algorithm-unsupported",
    "pfx-too-many-iterations",
    "pfx-no-key",
    "pfx-several-keys",
    "pfx-no-certificate",
    "pfx-too-many-certificates",
    "pfx-certificate-unreadable",
    "pfx-stray-certificates",
] as const;

/** Every code that the readers can return. */
export type ReadingCode =
    | (typeof READING_CODES)[number]
    | `${"certificate" | "key"}-is-${Exclude<WrongContent, "empty">}`
    | `pfx-is-${string}`;
