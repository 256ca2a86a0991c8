import { COMMANDS } from "../commands";
import type { ReadingCode } from "../reading-codes";
import type { Finding } from "../finding";

/** Why a PFX cannot be used. */
export class PfxProblem extends Error {
    readonly finding: Finding;

    constructor(code: ReadingCode, message: string, advice: string, severity: Finding["severity"] = "error") {
        super(message);
        this.finding = { code, severity, message, advice };
    }
}

/** How to write the same certificate and key in the way that current tools agree on. */
const EXPORT_ANEW =
    `Create it again with ${COMMANDS.openPfx} (with -legacy for old ciphers), then ${COMMANDS.createPfx}; ` +
    "delete all.pem afterwards.";

/** @param what the name of the algorithm, or its object identifier */
export function unsupported(what: string): PfxProblem {
    return new PfxProblem(
        "pfx-algorithm-unsupported",
        `The PFX uses ${what}, which is not supported.`,
        EXPORT_ANEW,
    );
}

export function tooManyIterations(limit: number): PfxProblem {
    return new PfxProblem(
        "pfx-too-many-iterations",
        `The PFX asks for more than ${limit.toLocaleString("en")} iterations of key derivation, more than any common program.`,
        EXPORT_ANEW.replace("Create", "If you trust its source, create"),
    );
}

export function unreadable(): PfxProblem {
    return new PfxProblem(
        "pfx-unreadable",
        "The PFX is damaged or truncated.",
        `Copy the complete file again. ${COMMANDS.checkPfx} shows whether it is sound.`,
    );
}
