/** One `-----BEGIN x-----` block. */
export interface PemBlock {
    /** The label after BEGIN, e.g. `CERTIFICATE`. */
    label: string;
    /** RFC 1421 headers, e.g. `Proc-Type: 4,ENCRYPTED`. Encrypted keys in OpenSSL's old format have them. */
    headers: string[];
    der: Buffer;
}

export interface PemReading {
    blocks: PemBlock[];
    /** Labels of blocks whose END line is missing or whose content is not Base64. */
    broken: string[];
}

/** Larger than any chain (about a hundred certificates), and fast to parse. */
export const MAX_PEM_CHARACTERS = 256 * 1024;

const BOUNDARY = /^-----(BEGIN|END) ([A-Z0-9][A-Z0-9 ]{0,60})-----$/;

/**
 * Finds the blocks of a PEM text as leniently as OpenSSL: it ignores text around blocks, CRLF, spaces at line ends and a byte order mark
 * (RFC 7468, section 2). It also accepts two forms that OpenSSL rejects: blocks without a line end between them, and UTF-16 (written by
 * PowerShell's `>`) that was decoded as UTF-8. Never throws. The time is proportional to the length.
 */
export function readPem(text: string): PemReading {
    const reading: PemReading = { blocks: [], broken: [] };
    let label: string | undefined;
    let headers: string[] = [];
    let base64: string[] = [];
    const plain = text.includes("\0") ? text.replace(/[\0\ufffd]/g, "") : text;
    for (const rawLine of plain.replaceAll("----------BEGIN ", "-----\n-----BEGIN ").split(/\r\n|\n|\r/)) {
        // trim() also removes the byte order mark.
        const line = rawLine.trim();
        const [, boundary, name] = line.length <= 100 ? (BOUNDARY.exec(line) ?? []) : [];
        if (boundary === "BEGIN") {
            if (label !== undefined) reading.broken.push(label);
            label = name;
            headers = [];
            base64 = [];
        } else if (boundary === "END") {
            if (label === undefined) continue;
            const der = label === name ? decodeBase64(base64.join("")) : undefined;
            if (der) reading.blocks.push({ label, headers, der });
            else reading.broken.push(label);
            label = undefined;
        } else if (label !== undefined) {
            if (line.includes(":")) headers.push(line);
            else base64.push(line);
        }
    }
    if (label !== undefined) reading.broken.push(label);
    return reading;
}

/** A PEM block with the 64-character lines of RFC 7468. */
export function writePem(label: string, der: Uint8Array): string {
    const lines = Buffer.from(der)
        .toString("base64")
        .match(/.{1,64}/g);
    return [`-----BEGIN ${label}-----`, ...(lines ?? []), `-----END ${label}-----`, ""].join("\n");
}

/** Returns undefined for invalid Base64. Node would ignore invalid characters and hide that a file is damaged. */
function decodeBase64(text: string): Buffer | undefined {
    const compact = text.replace(/[ \t]/g, "");
    if (compact === "" || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact))
        return undefined;
    return Buffer.from(compact, "base64");
}
