import { type Command, InvalidArgumentError, Option } from "commander";
import { readRoots } from "../../components/pki";
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
import { readVariable } from "../variable";

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
    /** `true`: without a number. */
    wait?: number | true;
    timeout: number;
    json?: true;
}

const DEFAULT_WAIT_SECONDS = 600;
const COLUMNS_OFF_TERMINAL = 140;
/** The largest request that a front takes unless it is told otherwise. */
const SAMPLE_MEBIBYTES = 100;

/** Adds `verify` to the program. */
export function addVerifyCommand(program: Command): void {
    program
        .command("verify")
        .summary("check that a service really answers, from DNS to a score")
        .description(
            "Checks a service as its clients meet it: DNS at the zone and at the resolver, TCP, TLS versions, " +
                "certificate, plain HTTP, keys, a score. Ends with 0 when there is no fault, 1 when there is one, " +
                "2 when it could not be started.",
        )
        .addOption(
            new Option("--stack <name>", "the service that a Pulumi stack has deployed").conflicts("url"),
        )
        .addOption(
            new Option("--model <name>", "one of the stack's models (default: all of them)").conflicts("url"),
        )
        .option("--url <address>", "a service by its scoring address")
        .option("--data <file>", "sample request (JSON) to get a score with")
        .option(
            "--key-env <variable>",
            "environment variable that holds the scoring key (default: of the stack)",
        )
        .option("--expect-keys", "a service that demands no key is at fault (default: as the stack says)")
        .option("--ca <file...>", "PEM roots to trust besides the public ones")
        .option(
            "--dns-server <host[:port]>",
            "ask this DNS server, not the zone's own nor the resolver",
            dnsServer,
        )
        .option("--resolver <host[:port]>", "ask this resolver, not the machine's", dnsServer)
        .option("--http-port <port>", "where plain HTTP would be (default: 80 beside 443)", port)
        .option(
            "--wait [seconds]",
            `repeat until DNS has spread and the service answers (${DEFAULT_WAIT_SECONDS})`,
            positive,
        )
        .option("--timeout <seconds>", "for each single step", positive, 10)
        .option("--json", "print the report as JSON")
        .action(async (flags: Flags, command: Command) => {
            let targets: Map<string, VerifyTarget>;
            let options: VerifyOptions;
            try {
                targets = await targetsOf(flags);
                options = await optionsOf(flags);
            } catch (error) {
                return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
            }
            const reports = new Map<string, Report>();
            // One after the other: a model's limits are not there for its checks to run into.
            for (const [model, target] of targets) {
                const report = await verifyService(target, options);
                reports.set(model, report);
                if (!flags.json) show(model, report);
            }
            if (flags.json) console.log(JSON.stringify(joined(reports), undefined, 4));
            process.exitCode = [...reports.values()].every(({ ok }) => ok) ? 0 : 1;
        });
}

function show(model: string, report: Report): void {
    const { isTTY, columns } = process.stdout;
    const colour = isTTY && !process.env.NO_COLOR;
    if (model !== "") console.log(`${model}:`);
    console.log(renderTable(report, { colour, width: columns || COLUMNS_OFF_TERMINAL }));
}

/** The report of the only service, or those of all by the names of their models. */
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
    if (stack === undefined && url === undefined) throw new Error("Name a service with --stack or --url.");
    const all =
        stack === undefined
            ? new Map([["", targetOfUrl(url ?? "")]])
            : targetsOfOutputs(await readStackOutputs(stack));
    const targets = model === undefined ? all : new Map([...all].filter(([name]) => name === model));
    if (targets.size === 0) {
        const names = [...all.keys()].filter(name => name !== "").join(", ");
        throw new Error(
            model === undefined || names === ""
                ? "The stack has no models by name; leave --model out."
                : `The stack has no model ${JSON.stringify(model)}; it has ${names}.`,
        );
    }
    const key = keyEnv === undefined ? undefined : readVariable("--key-env", keyEnv, process.env);
    if (key === "") throw new Error("The environment variable of --key-env is empty.");
    for (const target of targets.values()) {
        if (key) target.key = key;
        // Who gives a key says that keys are on.
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
    const text = (await readNamedFile("--ca", file)).toString("utf8");
    try {
        readRoots(text);
        return text;
    } catch (error) {
        throw new Error(`The file of --ca cannot be used: ${(error as Error).message}`);
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

function dnsServer(text: string): string {
    try {
        parseServer(text);
        return text;
    } catch (error) {
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
}
