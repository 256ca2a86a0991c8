import { type Certificate, parseCertificate } from "../certificate";
import { buildChain } from "../chain";
import type { Finding } from "../finding";
import { identify } from "../identify";
import { writePem } from "../pem";
import { readPrivateKey } from "../read-private-key";
import { MalformedError } from "./asn1";
import { PfxProblem, unreadable } from "./problem";
import { parsePfx } from "./structure";
import { type PfxContents, type PfxKey, unlock } from "./unlock";
import type { ReadingCode } from "../reading-codes";

export interface PfxReading {
    /** PEM chain, leaf first, as far as the file has it, without a root above intermediates. Absent when a finding says why. */
    certificate?: string;
    /** Unencrypted PKCS#8 PEM. Secret. Absent when a finding says why. */
    privateKey?: string;
    findings: Finding[];
}

/** Ten times what the longest chain with the largest keys needs. */
const MAX_PFX_BYTES = 256 * 1024;
/** Far more than any chain has; the work of finding their order grows with the square. */
const MAX_CERTIFICATES = 20;

/**
 * Reads the one private key of a PFX (PKCS#12, RFC 7292) and its certificate chain. Whatever the input is, it answers, in
 * bounded time. Nothing of the key or the password gets into a finding.
 *
 * @param file the file's bytes, or these in Base64
 * @param password nothing and the empty one are tried as both things that programs write for them
 */
export function readPfx(file: Uint8Array | string, password?: string): PfxReading {
    try {
        const bytes = bytesOf(file);
        return readContents(unlock(structureOf(bytes), password));
    } catch (error) {
        if (error instanceof PfxProblem) return { findings: [error.finding] };
        if (error instanceof MalformedError) return { findings: [unreadable().finding] };
        throw error;
    }
}

function bytesOf(file: Uint8Array | string): Buffer {
    // Base64 is a third longer than what it stands for, and may have line ends.
    const most = typeof file === "string" ? MAX_PFX_BYTES * 1.5 : MAX_PFX_BYTES;
    if (file.length > most) {
        const size = `${Math.ceil(file.length / 1024)} KiB`;
        throw new PfxProblem(
            "pfx-too-large",
            `The PFX is ${size}: none with one key is that large.`,
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
            "Give the file's bytes in Base64, as base64 -w0 FILE prints them.",
        );
    }
    return Buffer.from(compact, "base64");
}

function structureOf(bytes: Buffer): ReturnType<typeof parsePfx> {
    if (bytes.length === 0) throw new PfxProblem("pfx-empty", "The PFX is empty.", GIVE_PFX);
    if (bytes.includes("-----BEGIN ")) throw isPem();
    const kind = identify(bytes);
    if (kind === "pfx") return parsePfx(bytes);
    if (kind === undefined) {
        if (bytes[0] === SEQUENCE) throw unreadable();
        throw new PfxProblem("pfx-unreadable", "The file is no PFX.", GIVE_PFX);
    }
    throw new PfxProblem(`pfx-is-${kind}`, `The file is ${INSTEAD[kind]}, not a PFX.`, GIVE_PFX);
}

const SEQUENCE = 0x30;
const GIVE_PFX = "Give the PFX (PKCS#12) file that holds the certificate, its chain and its private key.";
const INSTEAD = {
    certificate: "a certificate in binary form (DER), which has no private key",
    request: "a certificate request (CSR)",
    pkcs7: "a PKCS#7 bundle, which has certificates but no private key",
    "private-key": "a private key in binary form (DER)",
    "encrypted-key": "an encrypted private key in binary form (DER)",
    "public-key": "a public key",
};

function isPem(): PfxProblem {
    return new PfxProblem(
        "pfx-is-pem",
        "This is a PEM text, not a PFX.",
        "Give PEM as certificate and private key, without a PFX.",
    );
}

/** Findings about all that is missing or too much, at once. */
function readContents({ keys, certificates }: PfxContents): PfxReading {
    const findings: Finding[] = [];
    const key = onlyKey(keys, findings);
    const {
        pem: privateKey,
        key: keyObject,
        findings: keyFindings,
    } = key ? readPrivateKey(writePem("PRIVATE KEY", key.pkcs8)) : { findings: [] };
    findings.push(...keyFindings);
    const parsed = parseAll(certificates, findings);
    const path = buildChain(parsed, keyObject)?.path ?? [];
    // Windows adds the root always. Right above the leaf it stays: without it nobody could tell that nothing is missing.
    const served = path.filter((one, at) => at <= 1 || !one.selfSigned);
    const strangers = parsed.filter(one => !path.includes(one));
    if (strangers.length > 0) {
        findings.push({
            code: "pfx-stray-certificates",
            severity: "warning",
            message: `The PFX holds certificates that are not of the chain: ${strangers.map(one => one.subject).join("; ")}.`,
            advice: "They are left out; export the file with its own chain only.",
        });
    }
    return {
        ...(served.length > 0 && { certificate: served.map(one => one.pem).join("") }),
        ...(privateKey !== undefined && { privateKey }),
        findings,
    };
}

function onlyKey(keys: readonly PfxKey[], findings: Finding[]): PfxKey | undefined {
    const different = [...new Map(keys.map(key => [key.pkcs8.toString("hex"), key])).values()];
    if (different.length === 1) return different[0];
    findings.push(
        different.length === 0
            ? new PfxProblem(
                  "pfx-no-key",
                  "The PFX holds no private key.",
                  "Export it again where the key is, together with its private key.",
              ).finding
            : new PfxProblem(
                  "pfx-several-keys",
                  `The PFX holds ${different.length} private keys${names(different)}.`,
                  "Export the one that is to be served, alone with its chain.",
              ).finding,
    );
    return undefined;
}

function names(keys: readonly PfxKey[]): string {
    const known = keys.flatMap(key => key.friendlyName ?? []);
    return known.length === 0 ? "" : ` (${known.map(name => JSON.stringify(name.slice(0, 60))).join(", ")})`;
}

function parseAll(certificates: readonly Buffer[], findings: Finding[]): Certificate[] {
    const different = [...new Map(certificates.map(der => [der.toString("hex"), der])).values()];
    const problem = (code: ReadingCode, message: string, advice: string): Certificate[] => {
        findings.push(new PfxProblem(code, message, advice).finding);
        return [];
    };
    if (different.length === 0) {
        return problem(
            "pfx-no-certificate",
            "The PFX holds no certificate.",
            "Export it again with the certificate and its chain.",
        );
    }
    if (different.length > MAX_CERTIFICATES) {
        return problem(
            "pfx-too-many-certificates",
            `The PFX holds ${different.length} certificates: no chain is that long.`,
            "Export the certificate that is to be served, with its chain only.",
        );
    }
    const parsed = different.flatMap(der => parseCertificate(der) ?? []);
    if (parsed.length === different.length) return parsed;
    return problem(
        "pfx-certificate-unreadable",
        "A certificate in the PFX cannot be read.",
        "Export the file again, from the certificate as its authority issued it.",
    );
}
