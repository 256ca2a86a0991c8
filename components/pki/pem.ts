import {
    type NumberedLine,
    type PemDamage,
    base64Damage,
    boundaryDamage,
    lengthDamage,
    looseText,
} from "./pem-damage";

/** One `-----BEGIN x-----` block. */
export interface PemBlock {
    /** The label after BEGIN, e.g. `CERTIFICATE`. */
    label: string;
    /** RFC 1421 headers, e.g. `Proc-Type: 4,ENCRYPTED`. Encrypted keys in OpenSSL's old format have them. */
    headers: string[];
    der: Buffer;
    /** Line numbers of BEGIN and END, from 1. */
    first: number;
    last: number;
}

export interface PemReading {
    /** The blocks without damage. */
    blocks: PemBlock[];
    /** In the order of the file. */
    damages: PemDamage[];
    /** Deviations in the arrangement of lines that were read, but that OpenSSL does not read. */
    layout: string[];
}

/** Larger than any chain (about a hundred certificates), and fast to parse. */
export const MAX_PEM_CHARACTERS = 256 * 1024;

const BOUNDARY = /^-----(BEGIN|END) ([A-Z0-9][A-Z0-9 ]{0,60})-----$/;
const MARKER = /(-----(?:BEGIN|END) [A-Z0-9][A-Z0-9 ]{0,60}-----)/;
const BASE64_TEXT = /^[A-Za-z0-9+/=\s]*$/;
const HEADER = /^[A-Za-z][A-Za-z0-9-]*:/;

/**
 * Finds the blocks of a PEM text. It ignores text around blocks, CRLF, spaces at line ends and a byte order mark, as OpenSSL does
 * (RFC 7468, section 2). It also accepts missing line breaks, indented lines and blank lines, which OpenSSL rejects; `layout` then lists
 * them. Everything else that shows a damaged or incomplete block is in `damages`. Never throws. The time is proportional to the length.
 */
export function readPem(text: string): PemReading {
    const reader = new Reader();
    let number = 0;
    for (const raw of text.split(/\r\n|\n|\r/)) reader.read({ text: raw, number: ++number });
    const reading = reader.finish();
    if (/\r(?!\n)/.test(text) && !text.includes("\n") && reading.blocks.length > 0)
        reading.layout.push("line ends of old Macs (CR)");
    return reading;
}

/** The block that is being read. */
interface OpenBlock {
    label: string;
    headers: string[];
    lines: NumberedLine[];
    first: number;
    damage?: PemDamage;
    hasBlankLine?: true;
}

class Reader {
    private readonly blocks: PemBlock[] = [];
    private readonly damages: PemDamage[] = [];
    private readonly layout = new Map<string, number>();
    private open?: OpenBlock;
    /** Lines outside of blocks since the last block. */
    private loose: NumberedLine[] = [];

    read({ text, number }: NumberedLine): void {
        // trim() also removes the byte order mark.
        const trimmed = text.trim();
        const parts = splitAtMarkers(trimmed, this.open !== undefined);
        if (parts.length > 1) this.note("missing line breaks", number);
        for (const part of parts) {
            const exact = part.length <= 100 ? BOUNDARY.exec(part) : null;
            const damaged = exact ? undefined : boundaryDamage(part, number);
            if (exact && /^[ \t]/.test(text)) this.note("indented lines", number);
            if (exact) this.boundary(exact[1] as string, exact[2] as string, number);
            else if (damaged) this.boundary(damaged.boundary, damaged.label ?? "", number, damaged);
            else this.content({ text: part, number });
        }
    }

    finish(): PemReading {
        if (this.open) this.close(notClosed(this.open));
        this.endLooseText();
        const layout = [...this.layout].map(([what, line]) => `${what} (line ${line})`);
        return { blocks: this.blocks, damages: this.damages, layout };
    }

    private boundary(kind: string, label: string, number: number, damage?: PemDamage): void {
        if (kind === "BEGIN") {
            if (this.open) this.close(notClosed(this.open));
            else this.endLooseText();
            this.open = { label, headers: [], lines: [], first: number, damage };
            return;
        }
        const { open } = this;
        if (!open) {
            this.damages.push(damage ?? this.withoutBegin(label, number));
            this.loose = [];
        } else if (damage ?? open.damage) {
            this.close(open.damage ?? (damage as PemDamage));
        } else if (open.label !== label) {
            // Without a label: contents of both kinds can be lost.
            const what = `END ${label} does not match BEGIN ${open.label} in line ${open.first}`;
            this.close({ line: number, what });
        } else this.complete(open, number);
    }

    /** Text without BEGIN line up to this END line. */
    private withoutBegin(label: string, number: number): PemDamage {
        const start = looseText(this.loose)?.line;
        const from = start === undefined ? "" : `; its text starts in line ${start}`;
        return { line: number, label, what: `END ${label} has no BEGIN line before it${from}` };
    }

    private complete(open: OpenBlock, last: number): void {
        const { label, headers, first, lines } = open;
        const base64 = lines.map(line => line.text.replace(/[ \t]/g, "")).join("");
        const damage = base64Damage(lines, first);
        const der = Buffer.from(damage ? "" : base64, "base64");
        const short = damage ?? lengthDamage(der, { first, last });
        if (short) return this.close({ ...short, label });
        if (open.hasBlankLine) this.note("blank lines inside a block", first);
        this.blocks.push({ label, headers, der, first, last });
        this.open = undefined;
    }

    private close(damage: PemDamage): void {
        this.damages.push(damage);
        this.open = undefined;
    }

    private content(line: NumberedLine): void {
        if (!this.open) this.loose.push(line);
        else if (this.open.lines.length === 0 && HEADER.test(line.text)) this.open.headers.push(line.text);
        else if (line.text !== "") this.open.lines.push(line);
        else if (this.open.lines.length > 0 && this.open.headers.length === 0) this.open.hasBlankLine = true;
    }

    private endLooseText(): void {
        const found = looseText(this.loose);
        if (found) this.damages.push(found);
        this.loose = [];
    }

    private note(what: string, line: number): void {
        if (!this.layout.has(what)) this.layout.set(what, line);
    }
}

/**
 * Separates BEGIN lines, Base64 text and END lines that lost the line breaks between them. Returns the line unchanged when it contains
 * other text, or text before the first BEGIN line.
 */
function splitAtMarkers(line: string, insideBlock: boolean): string[] {
    if (!line.includes("-----")) return [line];
    const parts = line
        .split(MARKER)
        .map(part => part.trim())
        .filter(part => part !== "");
    if (parts.length === 1) return [line];
    let open = insideBlock;
    for (const part of parts) {
        const [, kind] = BOUNDARY.exec(part) ?? [];
        if (kind) open = kind === "BEGIN";
        else if (!open || !BASE64_TEXT.test(part)) return [line];
    }
    return parts;
}

function notClosed({ label, first, damage }: OpenBlock): PemDamage {
    return damage ?? { line: first, label, what: `BEGIN ${label} has no END line after it` };
}

/** A PEM block with the 64-character lines of RFC 7468. */
export function writePem(label: string, der: Uint8Array): string {
    const lines = Buffer.from(der)
        .toString("base64")
        .match(/.{1,64}/g);
    return [`-----BEGIN ${label}-----`, ...(lines ?? []), `-----END ${label}-----`, ""].join("\n");
}
