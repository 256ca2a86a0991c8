/** Pulumi projects for tests with the real engine. Each has a folder, state, passphrase and PULUMI_HOME that no other test uses. */
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { pulumiEngine } from "../../machine/engine";
import { ProgramHost } from "./program-host";
import { type ConfigurationChanges, StackConfiguration } from "./stack-configuration";

const REPOSITORY = path.resolve(__dirname, "..", "..");
const PASSPHRASE = "passphrase of the test";
const STACK = "test";

export interface ProjectOptions {
    /** Files of a new project by path. A Pulumi.yaml for Node is added when it is missing. */
    files?: Record<string, string>;
    /** Folder of an existing project, used instead of a new one. It is only read. */
    directory?: string;
    /**
     * The npm packages of a new project. The engine needs the plug-in of each package that has one.
     * @default ["@pulumi/pulumi"]
     */
    packages?: readonly string[];
    /** Initial contents of the stack's configuration file. */
    configuration?: string;
    /** Environment variables for the engine and the program. */
    environment?: NodeJS.ProcessEnv;
    /** Installs plug-ins before the first command. */
    plugins?: (pulumiHome: string) => Promise<void>;
    /**
     * Starts a new process for the program in each command, as users do. Otherwise one process runs the program for all commands.
     * @default false
     */
    ownProcesses?: boolean;
}

/** One step of an operation, e.g. `{ op: "create", urn: "urn:…", type: "azure-native:…", name: "group" }`. */
export interface Step {
    op: string;
    urn: string;
    type: string;
    name: string;
    /** Properties that differ, when the provider names them. */
    diffs: string[];
    /** Property paths that differ, with the kind of difference, e.g. `{ "tags.a": { kind: "update" } }`. */
    detailedDiff: Record<string, { kind: string }>;
}

export interface Outcome {
    succeeded: boolean;
    /** The text on standard output and standard error. */
    text: string;
    /** Steps that a preview plans or another operation took, without unchanged resources, the stack and default providers. */
    steps: Step[];
    /** All diagnostics of severity error. */
    errors: string[];
    /** All diagnostics of severity warning. */
    warnings: string[];
    /** All events, as `--event-log` writes them. */
    events: Record<string, unknown>[];
}

interface Setup {
    engine: string;
    environment: NodeJS.ProcessEnv & { PULUMI_HOME: string };
    ownProcesses: boolean;
}

export class TestProject {
    readonly environment: NodeJS.ProcessEnv;
    private readonly configuration: StackConfiguration;
    private operations = 0;
    private host: Promise<ProgramHost> | undefined;

    private constructor(
        /** The folder with Pulumi.yaml. */
        readonly directory: string,
        /** Folder with the state, the configuration and PULUMI_HOME. */
        readonly state: string,
        private readonly name: string,
        private readonly setup: Setup,
    ) {
        this.environment = setup.environment;
        this.configuration = new StackConfiguration(configurationFile(state), PASSPHRASE);
    }

    static async create(options: ProjectOptions): Promise<TestProject> {
        const engine = await pulumiEngine();
        const state = await mkdtemp(path.join(os.tmpdir(), "pulumi-test-"));
        const directory = options.directory ?? path.join(state, "project");
        const environment = {
            ...engine.environment,
            PULUMI_HOME: path.join(state, "home"),
            PULUMI_BACKEND_URL: `file://${path.join(state, "backend")}`,
            PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_DEBUG_COMMANDS: "true",
            PULUMI_OPTION_STACK: STACK,
            // Outside of the project folder, because that can be a folder of this checkout.
            PULUMI_OPTION_CONFIG_FILE: configurationFile(state),
            NO_COLOR: "1",
            ...options.environment,
        };
        await mkdir(path.join(state, "backend"), { recursive: true });
        await mkdir(path.join(state, EVENT_LOGS));
        if (!options.directory) await writeProject(directory, options);
        await options.plugins?.(environment.PULUMI_HOME);
        const name = await projectName(directory);
        const setup = { engine: engine.command, environment, ownProcesses: options.ownProcesses ?? false };
        await createStack(state, name, setup, options.configuration);
        return new TestProject(directory, state, name, setup);
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

    /**
     * Changes settings of the stack by key and path. A key without a namespace belongs to the project.
     * @example project.configure({ "azure-secure-inference:tls.privateKey": secret(key), "azure-secure-inference:dns.ttl": 5 })
     */
    configure(changes: ConfigurationChanges): void {
        const qualified = Object.entries(changes).map(([key, value]) => [
            key.includes(":") ? key : `${this.name}:${key}`,
            value,
        ]);
        this.configuration.change(Object.fromEntries(qualified) as ConfigurationChanges);
    }

    /** Replaces all settings of the stack. */
    configureOnly(settings: Record<string, unknown>): void {
        this.configuration.replace(settings);
    }

    /** Writes a file of a project that was created for the test. */
    async write(file: string, contents: string): Promise<void> {
        await write(path.join(this.directory, file), contents);
    }

    /** The stack's outputs. Secrets are `[secret]` unless `showSecrets` is set. */
    async outputs(options: { showSecrets?: boolean } = {}): Promise<Record<string, unknown>> {
        const secrets = options.showSecrets ? ["--show-secrets"] : [];
        const text = await this.pulumi(["stack", "output", "--json", ...secrets]);
        return JSON.parse(text) as Record<string, unknown>;
    }

    /** The state with encrypted secrets, as it is on disk. */
    async rawState(): Promise<string> {
        return await this.pulumi(["stack", "export"]);
    }

    /**
     * Any other command.
     * @returns standard output
     * @throws when the command fails
     */
    async pulumi(args: readonly string[], input = ""): Promise<string> {
        const { stdout } = await execa(this.setup.engine, [...args, "--non-interactive"], {
            cwd: this.directory,
            env: this.environment,
            input,
        });
        return stdout;
    }

    /** Destroys the stack's resources and removes the project. */
    async dispose(): Promise<void> {
        await this.destroy();
        await this.abandon();
    }

    /** Removes the project without destroying its resources, for a sandbox that ends with the test. */
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
        const log = path.join(this.state, EVENT_LOGS, `${++this.operations}.jsonl`);
        const common = ["--event-log", log, "--color", "never", "--non-interactive"];
        const host = this.setup.ownProcesses ? [] : ["--client", await this.programHost()];
        const { all, failed } = await execa(this.setup.engine, [name, ...common, ...host, ...args], {
            cwd: this.directory,
            env: this.environment,
            stdin: "ignore",
            reject: false,
            all: true,
        });
        // A failed program can wait indefinitely for a resource.
        if (failed) await this.stopProgramHost();
        const events = await readEvents(log);
        return {
            succeeded: !failed,
            text: all,
            steps: stepsOf(events, name),
            errors: diagnostics(events, "error"),
            warnings: diagnostics(events, "warning"),
            events,
        };
    }
}

/**
 * Folder of the engine's event logs in `TestProject.state`. They contain secrets in plain text, and the engine writes them
 * only because the tests ask for them with `--event-log`.
 */
export const EVENT_LOGS = "event-logs";

const configurationFile = (state: string): string => path.join(state, `Pulumi.${STACK}.yaml`);

/**
 * `pulumi stack init` writes the passphrase's salt into the configuration file in the project's folder and accepts no other
 * path, so it runs in a second project of the same name.
 */
async function createStack(
    state: string,
    project: string,
    { engine, environment }: Setup,
    configuration = "",
): Promise<void> {
    const folder = path.join(state, "stack-init");
    const file = path.join(folder, `Pulumi.${STACK}.yaml`);
    await write(path.join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
    await write(file, configuration);
    const { PULUMI_OPTION_STACK: _, ...env } = environment;
    await execa(engine, ["stack", "init", STACK], { cwd: folder, env, stdin: "ignore" });
    await rename(file, configurationFile(state));
}

async function writeProject(directory: string, options: ProjectOptions): Promise<void> {
    const files = {
        // tsx transpiles several times faster than Pulumi's ts-node.
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

/** The name in Pulumi.yaml. The engine stores stacks under this name. */
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
    // A command that fails before the operation starts writes no log.
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
        .filter(({ op, type }) => op !== "same" && op !== "read" && !isStackOrProvider(type))
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

/** The stack and its default providers, which change together with the resources under test. */
function isStackOrProvider(type: string): boolean {
    return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}

function diagnostics(events: readonly Record<string, unknown>[], severity: "error" | "warning"): string[] {
    return events
        .map(event => event.diagnosticEvent as { severity: string; message: string } | undefined)
        .filter(diagnostic => diagnostic?.severity === severity)
        .map(diagnostic => diagnostic?.message ?? "");
}
