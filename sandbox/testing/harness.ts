/** Projects for tests that run the real Pulumi engine: each has its own folder, state, passphrase and PULUMI_HOME. */
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { pulumiEngine } from "../../machine/engine";
import { ProgramHost } from "./program-host";

const REPOSITORY = path.resolve(__dirname, "..", "..");

export interface ProjectOptions {
    /** The files of a new project by path; a Pulumi.yaml for Node is added unless it is among them. */
    files?: Record<string, string>;
    /** An existing project's folder to use instead of a new one. Nothing is written to it. */
    directory?: string;
    /**
     * The npm packages that a new project has installed. The engine wants the plug-ins of those that have one.
     * @default ["@pulumi/pulumi"]
     */
    packages?: readonly string[];
    /** Contents of the stack's configuration file to begin with. */
    configuration?: string;
    /** Added to the environment of the engine and the program. */
    environment?: NodeJS.ProcessEnv;
    /** Installs plug-ins before the first command. */
    plugins?: (pulumiHome: string) => Promise<void>;
    /** @default "test" */
    stack?: string;
    /**
     * Each command starts processes of its own for the program, as it does for users, instead of asking one that is there.
     * @default false
     */
    ownProcesses?: boolean;
}

/** One step of the engine, e.g. `{ op: "create", urn: "urn:…", type: "azure-native:…", name: "group" }`. */
export interface Step {
    op: string;
    urn: string;
    type: string;
    name: string;
    /** The properties that differ, when the provider named them. */
    diffs: string[];
    /** Property paths that differ, with the kind of difference, e.g. `{ "tags.a": { kind: "update" } }`. */
    detailedDiff: Record<string, { kind: string }>;
}

export interface Outcome {
    succeeded: boolean;
    /** Everything that a person would have read. */
    text: string;
    /** Planned steps of a preview, taken steps of everything else, without the engine's own and those that leave a resource as it is. */
    steps: Step[];
    /** All diagnostics of severity error. */
    errors: string[];
    /** All events, as `--event-log` writes them. */
    events: Record<string, unknown>[];
}

export class TestProject {
    private operations = 0;
    private host: Promise<ProgramHost> | undefined;

    private constructor(
        /** The folder with Pulumi.yaml. */
        readonly directory: string,
        /** Holds state, passphrase, configuration and PULUMI_HOME. */
        readonly state: string,
        readonly configurationFile: string,
        readonly environment: NodeJS.ProcessEnv,
        private readonly command: string,
        private readonly ownProcesses: boolean,
    ) {}

    static async create(options: ProjectOptions): Promise<TestProject> {
        const engine = await pulumiEngine();
        const state = await mkdtemp(path.join(os.tmpdir(), "pulumi-test-"));
        const directory = options.directory ?? path.join(state, "project");
        const stack = options.stack ?? "test";
        const configurationFile = path.join(state, `Pulumi.${stack}.yaml`);
        const environment = {
            ...engine.environment,
            PULUMI_HOME: path.join(state, "home"),
            PULUMI_BACKEND_URL: `file://${path.join(state, "backend")}`,
            PULUMI_CONFIG_PASSPHRASE: "of the test",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_DEBUG_COMMANDS: "true",
            PULUMI_OPTION_STACK: stack,
            // Kept out of the project, which may be the one that is being developed.
            PULUMI_OPTION_CONFIG_FILE: configurationFile,
            NO_COLOR: "1",
            ...options.environment,
        };
        await mkdir(path.join(state, "backend"), { recursive: true });
        if (!options.directory) await writeProject(directory, options);
        // Creating a stack writes the salt of its passphrase into its configuration, and takes no other file for that.
        const stub = path.join(state, "stub");
        await write(
            path.join(stub, "Pulumi.yaml"),
            `name: ${await projectName(directory)}\nruntime: nodejs\n`,
        );
        await write(path.join(stub, `Pulumi.${stack}.yaml`), options.configuration ?? "");
        await options.plugins?.(environment.PULUMI_HOME);
        const { PULUMI_OPTION_STACK: _, ...noStackYet } = environment;
        await execa(engine.command, ["stack", "init", stack], {
            cwd: stub,
            env: noStackYet,
            stdin: "ignore",
        });
        await rename(path.join(stub, `Pulumi.${stack}.yaml`), configurationFile);
        const { ownProcesses = false } = options;
        return new TestProject(
            directory,
            state,
            configurationFile,
            environment,
            engine.command,
            ownProcesses,
        );
    }

    preview(...args: string[]): Promise<Outcome> {
        return this.operation("preview", args);
    }

    up(...args: string[]): Promise<Outcome> {
        return this.operation("up", ["--yes", "--skip-preview", ...args]);
    }

    refresh(...args: string[]): Promise<Outcome> {
        return this.operation("refresh", ["--yes", "--skip-preview", ...args]);
    }

    destroy(...args: string[]): Promise<Outcome> {
        return this.operation("destroy", ["--yes", "--skip-preview", ...args]);
    }

    async configure(
        key: string,
        value: string,
        kind: "--plaintext" | "--secret" = "--plaintext",
    ): Promise<void> {
        await this.pulumi(["config", "set", "--path", kind, key], value);
    }

    /** Readable settings, all at once: each command of the engine costs a process. */
    async configureAll(settings: Record<string, string>): Promise<void> {
        const pairs = Object.entries(settings).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
        await this.pulumi(["config", "set-all", "--path", ...pairs]);
    }

    /** Writes a file of a project that was made for the test. */
    async write(file: string, contents: string): Promise<void> {
        await write(path.join(this.directory, file), contents);
    }

    /** The stack's outputs; secrets are shown as `[secret]` unless asked for. */
    async outputs(options: { showSecrets?: boolean } = {}): Promise<Record<string, unknown>> {
        const secrets = options.showSecrets ? ["--show-secrets"] : [];
        const text = await this.pulumi(["stack", "output", "--json", ...secrets]);
        return JSON.parse(text) as Record<string, unknown>;
    }

    /** The state as it lies on the disk, for looking for what must not be in it. */
    async rawState(): Promise<string> {
        return await this.pulumi(["stack", "export"]);
    }

    /** Any other command. Returns standard output, throws when it fails. */
    async pulumi(args: readonly string[], input = ""): Promise<string> {
        const { stdout } = await execa(this.command, [...args, "--non-interactive"], {
            cwd: this.directory,
            env: this.environment,
            input,
        });
        return stdout;
    }

    /** Destroys what the stack still has and removes everything that was made for the test. */
    async dispose(): Promise<void> {
        await this.destroy();
        await this.abandon();
    }

    /** Removes the project, and leaves its resources to an Azure that ends with the test. */
    async abandon(): Promise<void> {
        await this.stopProgramHost();
        await rm(this.state, { recursive: true, force: true });
    }

    private async programHost(): Promise<string> {
        this.host ??= ProgramHost.start(this.directory, this.environment);
        return (await this.host).address;
    }

    private async stopProgramHost(): Promise<void> {
        (await this.host)?.stop();
        this.host = undefined;
    }

    private async operation(name: string, args: readonly string[]): Promise<Outcome> {
        const log = path.join(this.state, `events-${++this.operations}.jsonl`);
        const common = ["--event-log", log, "--color", "never", "--non-interactive"];
        const host = this.ownProcesses ? [] : ["--client", await this.programHost()];
        const { all, failed } = await execa(this.command, [name, ...common, ...host, ...args], {
            cwd: this.directory,
            env: this.environment,
            stdin: "ignore",
            reject: false,
            all: true,
        });
        // What waits for something that failed may wait there for ever.
        if (failed) await this.stopProgramHost();
        const events = await readEvents(log);
        return {
            succeeded: !failed,
            text: all,
            steps: stepsOf(events, name),
            errors: errorsOf(events),
            events,
        };
    }
}

async function writeProject(directory: string, options: ProjectOptions): Promise<void> {
    const files = {
        // Transpiling by tsx is several times quicker than Pulumi's own ts-node.
        "Pulumi.yaml": [
            "name: test",
            "main: index.ts",
            `runtime: { name: nodejs, options: { typescript: false, nodeargs: "--import ${TSX}" } }`,
        ].join("\n"),
        "package.json": '{ "name": "test", "version": "1.0.0" }',
        ...options.files,
    };
    for (const [file, contents] of Object.entries(files)) await write(path.join(directory, file), contents);
    for (const name of options.packages ?? ["@pulumi/pulumi"]) {
        const link = path.join(directory, "node_modules", name);
        await mkdir(path.dirname(link), { recursive: true });
        await symlink(path.join(REPOSITORY, "node_modules", name), link);
    }
}

/** The engine finds a stack by the name of its project. */
async function projectName(directory: string): Promise<string> {
    const text = await readFile(path.join(directory, "Pulumi.yaml"), "utf8");
    return (parse(text) as { name: string }).name;
}

const TSX = require.resolve("tsx");

async function write(file: string, contents: string): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
}

async function readEvents(file: string): Promise<Record<string, unknown>[]> {
    // A command that fails before it has begun leaves no log; its text says why.
    const text = await readFile(file, "utf8").catch(() => "");
    return text
        .split("\n")
        .filter(Boolean)
        .map(line => JSON.parse(line) as Record<string, unknown>);
}

interface StepMetadata {
    op: string;
    urn: string;
    type: string;
    diffs?: string[];
    detailedDiff?: Record<string, { diffKind: string }>;
}

function stepsOf(events: readonly Record<string, unknown>[], operation: string): Step[] {
    const kind = operation === "preview" ? "resourcePreEvent" : "resOutputsEvent";
    return events
        .map(event => (event[kind] as { metadata: StepMetadata } | undefined)?.metadata)
        .filter(metadata => metadata !== undefined)
        .filter(({ op, type }) => op !== "same" && op !== "read" && !isEnginesOwn(type))
        .map(({ op, urn, type, diffs, detailedDiff }) => ({
            op,
            urn,
            type,
            name: urn.slice(urn.lastIndexOf("::") + 2),
            diffs: diffs ?? [],
            detailedDiff: Object.fromEntries(
                Object.entries(detailedDiff ?? {}).map(([at, { diffKind }]) => [at, { kind: diffKind }]),
            ),
        }));
}

/** The stack, and providers that nobody declared: they come and go with the resources that a test is about. */
function isEnginesOwn(type: string): boolean {
    return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}

function errorsOf(events: readonly Record<string, unknown>[]): string[] {
    return events
        .map(event => event.diagnosticEvent as { severity: string; message: string } | undefined)
        .filter(diagnostic => diagnostic?.severity === "error")
        .map(diagnostic => diagnostic?.message ?? "");
}
