import type { Command } from "commander";
import { type CheckFlags, checkCertificate, readSubject } from "../certificate/check";
import { type ConvertFlags, convertPfx } from "../certificate/convert";
import { isValid, renderFinding, renderJson, renderText } from "../certificate/report";

/** Adds `certificate` and what it can do to the program. */
export function addCertificateCommand(program: Command): void {
    const group = program
        .command("certificate")
        .summary("look at a certificate before it is deployed")
        .description("What a person does with certificate files beside pulumi.");
    addCheckCommand(group);
    addConvertCommand(group);
}

function addCheckCommand(group: Command): void {
    group
        .command("check")
        .summary("say everything that is wrong with a certificate and its key")
        .description(
            "Judges a certificate, its chain and its key for the names that clients use, as strict clients would. " +
                "Ends with 0 when it is valid, 1 when it is not, 2 when it could not be looked at.",
        )
        .option("--cert <file>", "PEM chain, leaf first (with --key)")
        .option("--key <file>", "PEM private key (with --cert)")
        .option("--pfx <file>", "PKCS#12 file with chain and key, instead of --cert and --key")
        .option(
            "--pfx-password-env <variable>",
            "environment variable that holds the password of the PFX file",
        )
        .requiredOption("--hostname <name...>", "names or addresses that clients use")
        .option("--now <time>", "judge as at this time, ISO 8601 (default: the present)")
        .option("--roots <file>", "PEM roots that clients trust (default: trust is not judged)")
        .option("--allow-self-signed", "a certificate that signed itself is no error")
        .option("--json", "print the report as JSON")
        .action(async (flags: CheckFlags & { json?: true }, command: Command) => {
            let subject;
            try {
                subject = await readSubject(flags, process.env);
            } catch (error) {
                return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
            }
            const judgement = checkCertificate(subject);
            const colour = process.stdout.isTTY && !process.env.NO_COLOR;
            console.log(flags.json ? renderJson(judgement) : renderText(judgement, { colour }));
            process.exitCode = isValid(judgement) ? 0 : 1;
        });
}

function addConvertCommand(group: Command): void {
    group
        .command("convert")
        .summary("make PEM files from a PFX file")
        .description(
            "Writes the chain (leaf first) and the unencrypted private key of a PFX file as PEM. " +
                "Ends with 0 when both are written, 1 when the PFX file does not have them, 2 when it could not be started.",
        )
        .requiredOption("--pfx <file>", "PKCS#12 file with chain and key")
        .option(
            "--pfx-password-env <variable>",
            "environment variable that holds the password of the PFX file",
        )
        .requiredOption("--cert <file>", "where the chain goes; - is standard output")
        .requiredOption("--key <file>", "where the key goes, readable for you alone; - is standard output")
        .option("--force", "replace files that are there already")
        .option("--show-key", "with --key -, write the key also to a terminal")
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
