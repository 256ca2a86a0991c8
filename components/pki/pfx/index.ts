import { type Certificate, parseCertificate } from "../certificate";
import { buildChain } from "../chain";
import type { Finding } from "../finding";
import { identifyDer } from "../identify-der";
import { writePem } from "../pem";
import { readPrivateKey } from "../read-private-key";
import { MalformedError } from "./asn1";
import { PfxProblem, unreadable } from "./problem";
import { parsePfx } from "./structure";
import { type PfxContents, type PfxKey, decryptPfx } from "./decrypt-pfx";
import type { ReadingCode } from "../reading-codes";

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
 * @param file the bytes of the file, or their Base64
 * @param password when absent or empty, both encodings that programs use for a missing password are tried
 */
export function readPfx(file: Uint8Array | string, password?: string): PfxReading {
    try {
        const bytes = bytesOf(file);
        return readContents(decryptPfx(structureOf(bytes), password));
    } catch (error) {
        if (error instanceof PfxProblem) return { findings: [error.finding] };
        if (error instanceof MalformedError) return { findings: [unreadable().finding] };
        throw error;
    }
}

function bytesOf(file: Uint8Array | string): Buffer {
    // Base64 is a third longer than the bytes, and may have line ends.
    const limit = typeof file === "string" ? MAX_PFX_BYTES * 1.5 : MAX_PFX_BYTES;
    if (file.length > limit) {
        const size = `${Math.ceil(file.length / 1024)} KiB`;
        throw new PfxProblem(
            "pfx-too-large",
            `The PFX is ${size}: larger than any PFX with one key.`,
            GIVE_PFX,
        );
    }
    if (typeof file !== "string") return Buffer.from(file);
    const compact = file.replace(/\s/g, "");
    if (compact === "") throw new PfxProblem("pfx-empty", "The PFX is empty.", GIVE_PFX);
    if (file.includes("-----BEGIN ")) throw isPem();
    if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
        const isPath = /\.(pfx|p12)$/i.test(compact);
        throw new PfxProblem(
            "pfx-not-base64",
            isPath ? "This is a file path; the contents of the file are needed." : "The PFX is not Base64.",
            "Give the bytes of the file in Base64, as base64 -w0 FILE prints them.",
        );
    }
    return Buffer.from(compact, "base64");
}

function structureOf(bytes: Buffer): ReturnType<typeof parsePfx> {
    if (bytes.length === 0) throw new PfxProblem("pfx-empty", "The PFX is empty.", GIVE_PFX);
    if (bytes.includes("-----BEGIN ")) throw isPem();
    const kind = identifyDer(bytes);
    if (kind === "pfx") return parsePfx(bytes);
    if (kind === undefined) {
        if (bytes[0] === SEQUENCE) throw unreadable();
        throw new PfxProblem("pfx-unreadable", "The file is not a PFX.", GIVE_PFX);
    }
    throw new PfxProblem(`pfx-is-${kind}`, `The file is ${KIND_NAMES[kind]}, not a PFX.`, GIVE_PFX);
}

const SEQUENCE = 0x30;
const GIVE_PFX = "Give the PFX (PKCS#12) file that contains the certificate, its chain and its private key.";
const KIND_NAMES = {
    certificate: "a binary (DER) certificate, which has no private key",
    request: "a certificate request (CSR)",
    pkcs7: "a PKCS#7 bundle, which contains certificates but no private key",
    "private-key": "a binary (DER) private key",
    "encrypted-key": "an encrypted binary (DER) private key",
    "public-key": "a public key",
};

function isPem(): PfxProblem {
    return new PfxProblem(
        "pfx-is-pem",
        "This is PEM text, not a PFX.",
        "Set PEM as the certificate and the private key, instead of the PFX.",
    );
}

/** Extracts key and chain. Reports all missing and superfluous contents at once. */
function readContents({ keys, certificates }: PfxContents): PfxReading {
    const findings: Finding[] = [];
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
