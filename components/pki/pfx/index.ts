import { COMMANDS } from "../commands";
import { type Certificate, parseCertificate } from "../certificate";
import { buildChain } from "../chain";
import type { Finding } from "../finding";
import { identifyDer } from "../identify-der";
import { readPem, writePem } from "../pem";
import { readPrivateKey } from "../read-private-key";
import { MalformedError } from "./asn1";
import { PfxProblem, unreadable } from "./problem";
import { parsePfx } from "./structure";
import { type PfxContents, type PfxKey, decryptPfx } from "./decrypt-pfx";
import type { ReadingCode } from "../reading-codes";
import { type Unwrapped, decodeFile, unwrap } from "../wrapping";
import { type WrongContent, identifyText, wrappedFinding, wrongContentFinding } from "../wrong-content";

export interface PfxReading {
    /** PEM chain, leaf first, without a root above intermediates. Absent when a finding gives the reason. */
    certificate?: string;
    /** Unencrypted PKCS#8 PEM. Secret. Absent when a finding gives the reason. */
    privateKey?: string;
    findings: Finding[];
}

/** Ten times the size of the longest chain with the largest keys. */
const MAX_PFX_BYTES = 256 * 1024;
/** More than any chain has. The time to order certificates is quadratic in their number. */
const MAX_CERTIFICATES = 20;

/**
 * Reads the single private key of a PFX (PKCS#12, RFC 7292) and its certificate chain. Returns in bounded time for any input. Findings
 * never contain parts of the key or the password.
 *
 * @param file the bytes of the file, or their Base64; also in the encodings that `unwrap` removes, with a warning
 * @param password when absent or empty, both encodings that programs use for a missing password are tried
 */
export function readPfx(file: Uint8Array | string, password?: string): PfxReading {
    try {
        const { bytes, findings } = bytesOf(file);
        const reading = readContents(decryptPfx(parsePfx(bytes), password));
        return { ...reading, findings: [...findings, ...reading.findings] };
    } catch (error) {
        if (error instanceof PfxProblem) return { findings: [error.finding] };
        if (error instanceof MalformedError) return { findings: [unreadable().finding] };
        throw error;
    }
}

/** The bytes of the PFX, and a warning when the file contains them in an encoding. @throws PfxProblem when it is something else */
function bytesOf(file: Uint8Array | string): { bytes: Buffer; findings: Finding[] } {
    // Base64 is a third longer than the bytes, and UTF-16 twice as long. Both may have line ends.
    const limit = typeof file === "string" ? MAX_PFX_BYTES * 1.5 : MAX_PFX_BYTES * 3;
    if (
        file.length > limit ||
        (typeof file !== "string" && file[0] === SEQUENCE && file.length > MAX_PFX_BYTES)
    ) {
        const size = `${Math.ceil(file.length / 1024)} KiB`;
        const message = `The PFX is ${size}: larger than any PFX with one key.`;
        throw new PfxProblem("pfx-too-large", message, "Give a PFX with one key and its chain.");
    }
    if (typeof file !== "string" && identifyDer(Buffer.from(file)) === "pfx")
        return { bytes: Buffer.from(file), findings: [] };
    const unwrapped = unwrap(typeof file === "string" ? file : decodeFile(file), "pfx");
    const { text, layers } = unwrapped;
    const bytes = Buffer.from(text, "latin1");
    if (bytes[0] !== SEQUENCE || identifyDer(bytes) !== "pfx")
        throw notPfx(unwrapped, typeof file === "string");
    // The setting tls.pfx is Base64, because Pulumi's values are texts.
    const isExpected = typeof file === "string" && layers[0]?.name === "Base64";
    return { bytes, findings: wrappedFinding("pfx", isExpected ? layers.slice(1) : layers) };
}

const SEQUENCE = 0x30;

/** What the options for PEM take. */
const PEM_KINDS: ReadonlySet<WrongContent> = new Set(["certificate", "private-key", "encrypted-key"]);

/** `isText`: the file is the value of a setting. */
function notPfx({ text, layers }: Unwrapped, isText: boolean): PfxProblem {
    const pem = readPem(text);
    const kind = identifyText(text, pem);
    const isPem = pem.blocks.length + pem.damages.length > 0 && (kind === undefined || PEM_KINDS.has(kind));
    if (isPem) {
        const advice = "Set PEM as the certificate and the private key, instead of the PFX.";
        return new PfxProblem("pfx-is-pem", "This is PEM text, not a PFX.", advice);
    }
    // A PFX always starts with a SEQUENCE, so other contents of this form are its beginning.
    const isLossy = text.includes("\ufffd");
    if ((kind === undefined || kind === "der") && text.startsWith("0") && !isLossy) return unreadable();
    if (kind === undefined && isText) {
        const advice = `Give the bytes of the file in Base64, as ${COMMANDS.toBase64} prints them.`;
        return new PfxProblem("pfx-not-base64", "The PFX is not Base64.", advice);
    }
    const { code, message, advice } = wrongContentFinding("pfx", kind === "pfx" ? "der" : kind, layers);
    return new PfxProblem(code as ReadingCode, message, advice);
}

/** Extracts key and chain. Reports all missing and superfluous contents at once. */
function readContents({ keys, certificates, findings: about }: PfxContents): PfxReading {
    const findings = [...about];
    const key = singleKey(keys, findings);
    const {
        pem: privateKey,
        key: keyObject,
        findings: keyFindings,
    } = key ? readPrivateKey(writePem("PRIVATE KEY", key.pkcs8)) : { findings: [] };
    findings.push(...keyFindings);
    const parsed = parseAll(certificates, findings);
    const path = buildChain(parsed, keyObject)?.path ?? [];
    // Windows always adds the root. A root directly above the leaf is kept, because it shows that no intermediate is missing.
    const served = path.filter((one, i) => i <= 1 || !one.selfSigned);
    const unrelated = parsed.filter(one => !path.includes(one));
    if (unrelated.length > 0) {
        findings.push({
            code: "pfx-stray-certificates",
            severity: "warning",
            message: `The PFX contains certificates that are not part of the chain: ${unrelated.map(one => one.subject).join("; ")}.`,
            advice: "These certificates are not used. Export the file with its own chain only.",
        });
    }
    return {
        ...(served.length > 0 && { certificate: served.map(one => one.pem).join("") }),
        ...(privateKey !== undefined && { privateKey }),
        findings,
    };
}

function singleKey(keys: readonly PfxKey[], findings: Finding[]): PfxKey | undefined {
    const distinct = [...new Map(keys.map(key => [key.pkcs8.toString("hex"), key])).values()];
    if (distinct.length === 1) return distinct[0];
    findings.push(
        distinct.length === 0
            ? new PfxProblem(
                  "pfx-no-key",
                  "The PFX contains no private key.",
                  "Export it again with its private key, on the machine that has the key.",
              ).finding
            : new PfxProblem(
                  "pfx-several-keys",
                  `The PFX contains ${distinct.length} private keys${friendlyNames(distinct)}.`,
                  "Export only the certificate to serve, with its key and its chain.",
              ).finding,
    );
    return undefined;
}

function friendlyNames(keys: readonly PfxKey[]): string {
    const known = keys.flatMap(key => key.friendlyName ?? []);
    return known.length === 0 ? "" : ` (${known.map(name => JSON.stringify(name.slice(0, 60))).join(", ")})`;
}

function parseAll(certificates: readonly Buffer[], findings: Finding[]): Certificate[] {
    const distinct = [...new Map(certificates.map(der => [der.toString("hex"), der])).values()];
    const problem = (code: ReadingCode, message: string, advice: string): Certificate[] => {
        findings.push(new PfxProblem(code, message, advice).finding);
        return [];
    };
    if (distinct.length === 0) {
        return problem(
            "pfx-no-certificate",
            "The PFX contains no certificate.",
            "Export it again with the certificate and its chain.",
        );
    }
    if (distinct.length > MAX_CERTIFICATES) {
        return problem(
            "pfx-too-many-certificates",
            `The PFX contains ${distinct.length} certificates, more than any chain.`,
            "Export only the certificate to serve, with its chain.",
        );
    }
    const parsed = distinct.flatMap(der => parseCertificate(der) ?? []);
    if (parsed.length === distinct.length) return parsed;
    return problem(
        "pfx-certificate-unreadable",
        "A certificate in the PFX cannot be read.",
        "Export the file again, with the certificate that the authority issued.",
    );
}
