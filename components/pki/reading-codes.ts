import type { WrongContent } from "./wrong-content";

/** The codes of findings about reading files, except `…-is-…`, which names the actual content of a file. */
export const READING_CODES = [
    "certificate-empty",
    "certificate-too-large",
    "certificate-unreadable",
    "certificate-wrapped",
    "certificate-mislabelled",
    "no-certificate",
    "key-beside-certificate",
    "key-empty",
    "key-too-large",
    "key-unreadable",
    "no-key",
    "several-keys",
    "key-encrypted",
    "key-type-unsupported",
    "key-wrapped",
    "key-mislabelled",
    "pfx-empty",
    "pfx-too-large",
    "pfx-unreadable",
    "pfx-wrapped",
    "pfx-not-base64",
    "pfx-password-missing",
    "pfx-password-wrong",
    "pfx-password-encoding",
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
    | `${"certificate" | "key" | "pfx"}-is-${Exclude<WrongContent, "empty"> | "pem"}`;
