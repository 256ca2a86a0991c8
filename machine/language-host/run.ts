import type { ChildProcess } from "node:child_process";
import * as path from "node:path";
import type { RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { children, type ExitStatus } from "./children";
import { optionsEnvironment, runtimeOptions, sdkEntryPoint } from "./options";

/** The exit code of a program whose error the SDK has already shown to the user. */
const ALREADY_REPORTED = 32;

/** The outcome of a program, as in `RunResponse`. */
interface RunResult {
    /** A message for the user, or an empty string. */
    error: string;
    /** Whether the program failed and the user has already seen the reason. */
    bail: boolean;
}

/** Runs a Pulumi program and waits for its end. */
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
    const [, exit] = children.start(process.execPath, args, {
        cwd: request.getPwd() || program,
        // After the line with the port, the engine shows the output of this process to the user.
        stdio: ["ignore", "inherit", "inherit"],
        env: {
            ...process.env,
            ...optionsEnvironment(options),
            // The configuration contains secrets. Other users can read arguments of a process, but not its environment.
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        },
    });
    return runResult(await exit);
}

function runResult({ code, signal }: ExitStatus): RunResult {
    if (code === 0) return { error: "", bail: false };
    if (code === ALREADY_REPORTED) return { error: "", bail: true };
    const reason = signal ? `was ended by ${signal}` : `exited with code ${code}`;
    return { error: `The program ${reason}.`, bail: false };
}

/** Receives the output of a process. */
interface ProcessOutput {
    stdout(chunk: Buffer): void;
    stderr(chunk: Buffer): void;
}

/**
 * Runs a policy pack or a component package and returns its exit code.
 * @param onCancel registers a function that ends the process when the engine cancels the call
 */
export async function runPlugin(
    request: RunPluginRequest,
    output: ProcessOutput,
    onCancel: (end: () => void) => void,
): Promise<number> {
    const info = request.getInfo();
    const program = info?.getProgramDirectory() || request.getProgram();
    const options = runtimeOptions(info);
    // A policy pack expects the engine's address as its first argument and the program as its second.
    const entry =
        request.getKind() === "analyzer"
            ? [sdkEntryPoint("run-policy-pack", program), ...request.getArgsList(), program]
            : [sdkEntryPoint("run-plugin", program), program, ...request.getArgsList()];
    const [child, exit] = children.start(process.execPath, [...options.nodeargs, ...entry], {
        cwd: request.getPwd() || program,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...environment(request.getEnvList()), ...optionsEnvironment(options) },
    });
    forward(child, output);
    onCancel(() => child.kill("SIGTERM"));
    const { code } = await exit;
    return code ?? 1;
}

/** Installs the npm dependencies of a program, policy pack or plug-in. */
export async function installDependencies(
    directory: string,
    packageManager: string,
    output: ProcessOutput,
): Promise<void> {
    const [child, exit] = children.start(packageManager, ["install"], {
        cwd: path.resolve(directory),
        stdio: ["ignore", "pipe", "pipe"],
    });
    forward(child, output);
    const { code } = await exit;
    if (code !== 0) throw new Error(`"${packageManager} install" failed in ${directory} with code ${code}.`);
}

function forward(child: ChildProcess, output: ProcessOutput): void {
    child.stdout?.on("data", (chunk: Buffer) => output.stdout(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.stderr(chunk));
}

/** Parses assignments such as `["A=1", "B=x=y"]`. */
function environment(assignments: readonly string[]): NodeJS.ProcessEnv {
    return Object.fromEntries(
        assignments.map(text => {
            const separator = text.indexOf("=");
            return [text.slice(0, separator), text.slice(separator + 1)];
        }),
    );
}
