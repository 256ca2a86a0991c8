import type { Command } from "commander";
import { type CheckFlags, checkCertificate, readSubject } from "../certificate/check";
import { type ConvertFlags, convertPfx } from "../certificate/convert";
import { isValid, renderFinding, renderJson, renderText } from "../certificate/report";

/** Adds the command `certificate` and its subcommands to the program. */
export function addCertificateCommand(program: Command): void {
    const group = program
        .command("certificate")
        .summary("check or convert certificate files before a deployment")
        .description("Checks and converts certificate files.");
    addCheckCommand(group);
    addConvertCommand(group);
}

function addCheckCommand(group: Command): void {
    group
        .command("check")
        .summary("report every problem of a certificate and its key")
        .description(
            "Checks a certificate, its chain and its key for the names that clients use, as strict clients do. " +
                "Exit code: 0 if it is valid, 1 if it is not, 2 if an argument is invalid or a file cannot be read.",
        )
        .option("--cert <file>", "PEM chain, leaf first (with --key)")
        .option("--key <file>", "PEM private key (with --cert)")
        .option("--pfx <file>", "PKCS#12 file with chain and key, instead of --cert and --key")
        .option(
            "--pfx-password-env <variable>",
            "environment variable that holds the password of the PFX file",
        )
        .requiredOption("--hostname <name...>", "names or addresses that clients use")
        .option("--now <time>", "check the validity at this time, ISO 8601 (default: now)")
        .option("--roots <file>", "PEM roots that clients trust (default: trust is not checked)")
        .option("--allow-self-signed", "accept a self-signed certificate")
        .option("--json", "print the report as JSON")
        .action(async (flags: CheckFlags & { json?: true }, command: Command) => {
            let subject;
            try {
                subject = await readSubject(flags, process.env);
            } catch (error) {
                return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
            }
            const judgement = await checkCertificate(subject);
            const colour = process.stdout.isTTY && !process.env.NO_COLOR;
            console.log(flags.json ? renderJson(judgement) : renderText(judgement, { colour }));
            process.exitCode = isValid(judgement) ? 0 : 1;
        });
}

function addConvertCommand(group: Command): void {
    group
        .command("convert")
        .summary("convert a PFX file to PEM files")
        .description(
            "Writes the chain (leaf first) and the unencrypted private key of a PFX file as PEM. " +
                "Exit code: 0 if both are written, 1 if the PFX file does not contain them, 2 if an argument or a file cannot be used.",
        )
        .requiredOption("--pfx <file>", "PKCS#12 file with chain and key")
        .option(
            "--pfx-password-env <variable>",
            "environment variable that holds the password of the PFX file",
        )
        .requiredOption("--cert <file>", "output file of the chain; - is standard output")
        .requiredOption("--key <file>", "output file of the key, readable only by you; - is standard output")
        .option("--force", "replace existing files")
        .option("--show-key", "allow --key - on a terminal")
        .action(async (flags: ConvertFlags, command: Command) => {
            let conversion;
            try {
                conversion = await convertPfx(flags, process.env, process.stdout);
            } catch (error) {
                return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
            }
            for (const finding of conversion.findings) console.error(renderFinding(finding));
            process.exitCode = conversion.converted ? 0 : 1;
        });
}
