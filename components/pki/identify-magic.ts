/** Kinds of files that are neither PEM nor DER. */
export type FileKind = keyof typeof MAGIC;

/**
 * The first characters of each kind. Files that were decoded as UTF-8 have the replacement character instead of every byte above 127.
 */
const MAGIC = {
    jks: /^(?:\u00fe\u00ed\u00fe\u00ed|\ufffd{4}\0\0\0[\u0001\u0002])/,
    jceks: /^\u00ce\u00ce\u00ce\u00ce/,
    zip: /^PK(?:\u0003\u0004|\u0005\u0006|\u0007\u0008)/,
    archive:
        /^(?:\u001f[\u008b\ufffd]|7z[\u00bc\ufffd][\u00af\ufffd]|Rar!|BZh\d|[\u00fd\ufffd]7zXZ|.{257}ustar)/s,
    html: /^[\ufeff\s]*<(?:!doctype html|html|head|body|title)\b/i,
    xml: /^[\ufeff\s]*<(?:\?xml|[A-Za-z])/,
    "putty-key": /^[\ufeff\s]*PuTTY-User-Key-File-/,
    "ssh-key": /^[\ufeff\s]*(?:(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S{1,40}) AAAA|---- BEGIN SSH2 )/,
    jwk: /^[\ufeff\s]*\{[^]{0,2000}"kty"\s*:/,
    json: /^[\ufeff\s]*(?:\{\s*["}]|\[\s*[{"\]])/,
    document: /^(?:%PDF-|\{\\rtf|[\u00d0\ufffd][\u00cf\ufffd]\u0011[\u00e0\ufffd])/,
} as const;

/** Identifies a file by its first characters. `text`: decoded as UTF-8 or Latin-1. */
export function identifyMagic(text: string): FileKind | undefined {
    return (Object.keys(MAGIC) as FileKind[]).find(kind => MAGIC[kind].test(text));
}
