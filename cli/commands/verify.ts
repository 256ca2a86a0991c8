import { type Command, InvalidArgumentError, Option } from "commander";
import { decodeFile, readRoots } from "../../components/pki";
import { readNamedFile } from "../files";
import { readStackOutputs } from "../stack-outputs";
import {
    type Report,
    type VerifyOptions,
    type VerifyTarget,
    targetOfUrl,
    targetsOfOutputs,
    verifyService,
} from "../verify";
import { parseServer } from "../verify/dns/servers";
import { renderTable } from "../verify/table";
import { readSecretVariable } from "../secret-variable";

interface Flags {
    stack?: string;
    model?: string;
    url?: string;
    dnsServer?: string;
    resolver?: string;
    ca?: string[];
    keyEnv?: string;
    expectKeys?: true;
    data?: string;
    httpPort?: number;
    /** `true` when the option has no value. */
    wait?: number | true;
    timeout: number;
    json?: true;
}

const DEFAULT_WAIT_SECONDS = 600;
const MAX_TIMEOUT_SECONDS = 86_400;
const COLUMNS_OFF_TERMINAL = 140;
/** The default request size limit of a front. */
const SAMPLE_MEBIBYTES = 100;

/** Adds `verify` to the program. */
export function addVerifyCommand(program: Command): void {
    program
        .command("verify")
        .summary("check a deployed service, from DNS to a score")
        .description(
            "Checks a service as a client: DNS at the zone and at the resolver, TCP, TLS versions, " +
                "certificate, plain HTTP, keys, a score. Exit code: 0 without faults, 1 with a fault, " +
                "2 if an argument is invalid.",
        )
        .addOption(
            new Option("--stack <name>", "the service that this Pulumi stack deployed").conflicts("url"),
        )
        .addOption(
            new Option("--model <name>", "one of the stack's models (default: all of them)").conflicts("url"),
        )
        .option("--url <address>", "the scoring address of the service")
        .option("--data <file>", "sample request (JSON) to send; without it, the score is not checked")
        .option(
            "--key-env <variable>",
            "environment variable that holds the scoring key (default: the key of the stack)",
        )
        .option("--expect-keys", "report a fault if the service requires no key (default: as in the stack)")
        .option("--ca <file...>", "PEM roots to trust in addition to the public ones")
        .option(
            "--dns-server <host[:port]>",
            "DNS server to query instead of the zone's name servers and the resolver",
            dnsServer,
        )
        .option("--resolver <host[:port]>", "resolver to query (default: the machine's)", dnsServer)
        .option(
            "--http-port <port>",
            "port to check for plain HTTP (default: 80 if HTTPS is on port 443)",
            port,
        )
        .option(
            "--wait [seconds]",
            `repeat until temporary faults are gone, at most so long (${DEFAULT_WAIT_SECONDS})`,
            positive,
        )
        .option("--timeout <seconds>", "time limit of each check", timeLimit, 10)
        .option("--json", "print the report as JSON")
        .action(verify);
}

/** Checks the services that the flags select, prints the reports and sets the exit code. */
async function verify(flags: Flags, command: Command): Promise<void> {
    let targets: Map<string, VerifyTarget>;
    let options: VerifyOptions;
    try {
        targets = await targetsOf(flags);
        options = await optionsOf(flags);
    } catch (error) {
        return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    }
    const reports = new Map<string, Report>();
    // Sequentially, because parallel checks could exceed a model's concurrency limit.
    for (const [model, target] of targets) {
        const report = await verifyService(target, options);
        reports.set(model, report);
        if (!flags.json) show(model, report);
    }
    if (flags.json) console.log(JSON.stringify(joined(reports), undefined, 4));
    process.exitCode = [...reports.values()].every(({ ok }) => ok) ? 0 : 1;
}

function show(model: string, report: Report): void {
    const { isTTY, columns } = process.stdout;
    const colour = isTTY && !process.env.NO_COLOR;
    if (model !== "") console.log(`${model}:`);
    console.log(renderTable(report, { colour, width: columns || COLUMNS_OFF_TERMINAL }));
}

/** The JSON output: the report of a single service, or the reports of all models by name. */
function joined(reports: ReadonlyMap<string, Report>): unknown {
    const only = reports.get("");
    if (only) return only;
    return {
        ok: [...reports.values()].every(({ ok }) => ok),
        services: Object.fromEntries(reports),
    };
}

async function targetsOf(flags: Flags): Promise<Map<string, VerifyTarget>> {
    const { stack, model, url, keyEnv, expectKeys } = flags;
    if (stack === undefined && url === undefined) throw new Error("No service. Set --stack or --url.");
    const all =
        stack === undefined
            ? new Map([["", targetOfUrl(url ?? "")]])
            : targetsOfOutputs(await readStackOutputs(stack));
    const targets = model === undefined ? all : new Map([...all].filter(([name]) => name === model));
    if (targets.size === 0) {
        const names = [...all.keys()].filter(name => name !== "").join(", ");
        throw new Error(
            model === undefined || names === ""
                ? "--model: the stack has no named models. Remove the option."
                : `--model: the stack has no model ${JSON.stringify(model)}. Its models are ${names}.`,
        );
    }
    const key = keyEnv === undefined ? undefined : readSecretVariable("--key-env", keyEnv, process.env);
    if (key === "")
        throw new Error("--key-env: the environment variable is empty. Set it to the scoring key.");
    for (const target of targets.values()) {
        if (key) target.key = key;
        // --key-env implies --expect-keys.
        if (expectKeys || key) target.keysExpected = true;
    }
    return targets;
}

async function optionsOf(flags: Flags): Promise<VerifyOptions> {
    const { dnsServer, resolver, httpPort, data, ca, wait, timeout, json } = flags;
    return {
        dnsServer,
        resolver,
        httpPort,
        authorities: ca && (await Promise.all(ca.map(authorityOf))),
        data: data === undefined ? undefined : await readNamedFile("--data", data, SAMPLE_MEBIBYTES),
        timeoutMs: timeout * 1000,
        waitMs: 1000 * (wait === true ? DEFAULT_WAIT_SECONDS : (wait ?? 0)),
        onProgress: json ? undefined : line => console.error(line),
    };
}

async function authorityOf(file: string): Promise<string> {
    const text = decodeFile(await readNamedFile("--ca", file));
    try {
        readRoots(text);
        return text;
    } catch (error) {
        throw new Error(`--ca: the file cannot be used: ${(error as Error).message}`);
    }
}

function port(text: string): number {
    const number = Number(text);
    if (Number.isInteger(number) && number >= 1 && number <= 65_535) return number;
    throw new InvalidArgumentError("It must be a port from 1 to 65535.");
}

function positive(text: string): number {
    const number = Number(text);
    if (!(number > 0 && Number.isFinite(number)))
        throw new InvalidArgumentError("It must be a number above 0.");
    return number;
}

/** Node's timers fire at once above 2^31-1 milliseconds. */
function timeLimit(text: string): number {
    const seconds = positive(text);
    if (seconds > MAX_TIMEOUT_SECONDS) {
        throw new InvalidArgumentError(`It must be at most ${MAX_TIMEOUT_SECONDS} seconds.`);
    }
    return seconds;
}

function dnsServer(text: string): string {
    try {
        parseServer(text);
        return text;
    } catch (error) {
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
}
