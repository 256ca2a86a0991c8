#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { printable } from "./verify/report";

/** Exit code for invalid arguments, as in the subcommands. Exit code 1 means that a check found a fault. */
const USAGE_ERROR = 2;

async function main(): Promise<void> {
    const [, , group] = process.argv;
    const json = process.argv.includes("--json");
    const program = new Command("azure-secure-inference")
        .description("Commands for certificates and deployed services, used together with pulumi.")
        .showHelpAfterError("(add --help for the options)")
        .configureOutput(json ? { writeErr: () => undefined } : {})
        .exitOverride();
    // A check takes less time than loading the modules of the other command.
    if (group !== "certificate") (await import("./commands/verify.js")).addVerifyCommand(program);
    if (group !== "verify") (await import("./commands/certificate.js")).addCertificateCommand(program);
    try {
        await program.parseAsync();
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
        if (json && error.exitCode !== 0) console.log(renderUsageError(error.message, group === "verify"));
    }
}

/** The error in the form of a report, so that programs that use `--json` always get the same fields. */
function renderUsageError(text: string, isVerify: boolean): string {
    const message = printable(text.replace(/^error: /, ""), []);
    const advice = "Correct the arguments; --help lists them.";
    const report = isVerify
        ? { ok: false, checks: [{ name: "arguments", outcome: "fault", seen: message, advice }] }
        : { valid: false, findings: [{ code: "arguments", severity: "error", message, advice }] };
    return JSON.stringify(report, undefined, 4);
}

void main();
