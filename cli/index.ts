#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { addCertificateCommand } from "./commands/certificate";
import { addVerifyCommand } from "./commands/verify";

/** Exit code for invalid arguments, as in the subcommands. Exit code 1 means that a check found a fault. */
const USAGE_ERROR = 2;

async function main(): Promise<void> {
    const program = new Command("azure-secure-inference")
        .description("Commands for certificates and deployed services, used together with pulumi.")
        .showHelpAfterError("(add --help for the options)")
        .exitOverride();
    addVerifyCommand(program);
    addCertificateCommand(program);
    try {
        await program.parseAsync();
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
    }
}

void main();
