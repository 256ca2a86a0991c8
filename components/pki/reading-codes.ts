import type { Instead } from "./instead";

/** The codes of findings about files that cannot be read, apart from `…-is-…`, which says what the file is instead. */
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

/** The readers use these codes only. */
export type ReadingCode =
    | (typeof READING_CODES)[number]
    | `${"certificate" | "key"}-is-${Exclude<Instead, "empty">}`
    | `pfx-is-${string}`;
