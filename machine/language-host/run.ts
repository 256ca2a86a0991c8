import * as path from "node:path";
import type { RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { children, type Ending } from "./children";
import { optionsEnvironment, runtimeOptions, sdkEntryPoint } from "./options";

/** The SDK leaves a program with this code after it has told the user what is wrong: there is nothing to add. */
const ALREADY_REPORTED = 32;

/** What the engine is told when a program has ended. */
export interface RunResult {
    error: string;
    bail: boolean;
}

/** Runs a Pulumi program to its end. */
export async function runProgram(request: RunRequest, engineAddress: string): Promise<RunResult> {
    const info = request.getInfo();
    const program = info?.getProgramDirectory() || request.getPwd();
    const options = runtimeOptions(info);
    const flags: Record<string, string> = {
        monitor: request.getMonitorAddress(),
        engine: engineAddress,
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        "root-directory": info?.getRootDirectory() ?? "",
        pwd: request.getPwd(),
        parallel: String(request.getParallel()),
        "query-mode": String(request.getQuerymode()),
    };
    const args = [
        ...options.nodeargs,
        sdkEntryPoint("run", program),
        ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
        ...(request.getDryrun() ? ["--dry-run"] : []),
        info?.getEntryPoint() || ".",
        ...request.getArgsList(),
    ];
    const [, ending] = children.start(process.execPath, args, {
        cwd: request.getPwd() || program,
        // After the port, the engine shows what arrives on this process's own output.
        stdio: ["ignore", "inherit", "inherit"],
        env: {
            ...process.env,
            ...optionsEnvironment(options),
            // By environment, which other users cannot read, unlike arguments: there are secrets in it.
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        },
    });
    return result(await ending);
}

function result({ code, signal }: Ending): RunResult {
    if (code === 0) return { error: "", bail: false };
    if (code === ALREADY_REPORTED) return { error: "", bail: true };
    const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
    return { error: `The program ${how}.`, bail: false };
}

/** Where the output of a plug-in goes. */
export interface PluginOutput {
    stdout(chunk: Buffer): void;
    stderr(chunk: Buffer): void;
}

/** Runs a policy pack or a component package until it ends or `cancelled` says so. */
export async function runPlugin(
    request: RunPluginRequest,
    output: PluginOutput,
    cancelled: (end: () => void) => void,
): Promise<number> {
    const info = request.getInfo();
    const program = info?.getProgramDirectory() || request.getProgram();
    const options = runtimeOptions(info);
    // Policy packs get the engine's address as their first argument and the program as their second.
    const entry =
        request.getKind() === "analyzer"
            ? [sdkEntryPoint("run-policy-pack", program), ...request.getArgsList(), program]
            : [sdkEntryPoint("run-plugin", program), program, ...request.getArgsList()];
    const [child, ending] = children.start(process.execPath, [...options.nodeargs, ...entry], {
        cwd: request.getPwd() || program,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...environment(request.getEnvList()), ...optionsEnvironment(options) },
    });
    child.stdout?.on("data", (chunk: Buffer) => output.stdout(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.stderr(chunk));
    cancelled(() => child.kill("SIGTERM"));
    const { code } = await ending;
    return code ?? 1;
}

/** Installs what a program, policy pack or plug-in depends on. */
export async function installDependencies(
    directory: string,
    packageManager: string,
    output: PluginOutput,
): Promise<void> {
    const [child, ending] = children.start(packageManager, ["install"], {
        cwd: path.resolve(directory),
        stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.on("data", (chunk: Buffer) => output.stdout(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.stderr(chunk));
    const { code } = await ending;
    if (code !== 0) throw new Error(`"${packageManager} install" failed in ${directory} with code ${code}.`);
}

/** Reads `["A=1", "B=x=y"]`. */
function environment(assignments: readonly string[]): NodeJS.ProcessEnv {
    return Object.fromEntries(
        assignments.map(text => {
            const at = text.indexOf("=");
            return [text.slice(0, at), text.slice(at + 1)];
        }),
    );
}
