import {
    chmodSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execa, type ResultPromise } from "execa";
import { issuerEnvironment, type IssuerSettings } from "../../../components/issuer";
import { type Shell, shellCommand } from "./shells";

const SCRIPT = path.join(__dirname, "../../../components/issuer/scripts/issuer.sh");

const SETTINGS: IssuerSettings = {
    hostnames: ["score.test"],
    directoryUrl: "https://authority.test/",
    pace: { longest: 1, firstRetry: 1, lease: 2, challengeDelay: 1 },
};

/** A running issuer with a fake lego. */
export interface ScriptRun {
    process: ResultPromise<{ reject: false; all: true; stdin: "ignore" }>;
    log(): string;
    /** How often lego was asked for a certificate. */
    runs(): number;
    /** Path of a file in the folder of this issuer. */
    file(name: string): string;
    /** Signals the issuer and its child processes. */
    signal(signal: NodeJS.Signals): void;
    /** Stops the issuer as a container runtime does. */
    stop(): Promise<{ exitCode?: number }>;
}

/** What differs from an issuer for score.test. */
export interface ScriptOptions {
    settings?: Partial<IssuerSettings>;
    env?: Record<string, string>;
    /** Shell code that is executed before a command with its name and arguments in `$call`. */
    before?: string;
}

/** Commands of the script that `ScriptOptions.before` sees. */
const COMMANDS = ["mkdir", "mv", "rm", "tar", "touch"];

/** A certificate store, and issuers with a fake lego in a shell. */
export class ScriptStage {
    readonly folder = mkdtempSync(path.join(os.tmpdir(), "issuer-script-"));
    readonly store = path.join(this.folder, "store");
    readonly #running = new Set<ScriptRun>();

    constructor(private readonly shell: Shell) {
        mkdirSync(this.store);
    }

    async close(): Promise<void> {
        for (const run of this.#running) {
            run.signal("SIGKILL");
            await run.process;
        }
        rmSync(this.folder, { recursive: true });
    }

    environment(settings: Partial<IssuerSettings> = {}): Record<string, string> {
        return { ...issuerEnvironment({ ...SETTINGS, ...settings }), CERTIFICATE_STORE: this.store };
    }

    /** Name of the certificate in the store. */
    certificateName(settings?: Partial<IssuerSettings>): string {
        return this.environment(settings).LEGO_CERT_NAME ?? "";
    }

    /** @param lego shell code of the fake `lego run`. `$FOLDER` is the folder of the issuer. */
    async start(lego: string, { settings, env = {}, before }: ScriptOptions = {}): Promise<ScriptRun> {
        const folder = mkdtempSync(path.join(this.folder, "issuer-"));
        const bin = path.join(folder, "bin");
        mkdirSync(bin);
        const program = (name: string, code: string) => {
            writeFileSync(path.join(bin, name), `#!/bin/sh\n${code}\n`);
            chmodSync(path.join(bin, name), 0o755);
        };
        program("lego", `${LISTING}\necho "$LEGO_DOMAINS" >>"$FOLDER/runs"\n${lego}`);
        if (before !== undefined) {
            for (const name of COMMANDS) {
                program(name, `call="${name} $*"\n${before}\nPATH=\${PATH#*:} exec ${name} "$@"`);
            }
        }
        const [command, ...args] = await shellCommand(this.shell);
        const running = execa(command, [...args, SCRIPT], {
            env: {
                ...this.environment(settings),
                PATH: `${bin}:${process.env.PATH}`,
                TMPDIR: folder,
                FOLDER: folder,
                ...env,
            },
            reject: false,
            all: true,
            stdin: "ignore",
            // A process group of its own.
            detached: true,
        });
        let log = "";
        running.all.on("data", (chunk: Buffer) => (log += chunk.toString()));
        const run: ScriptRun = {
            process: running,
            log: () => log,
            runs: () => lines(path.join(folder, "runs")).length,
            file: name => path.join(folder, name),
            signal: signal => {
                try {
                    process.kill(-(running.pid ?? 0), signal);
                } catch {
                    // It has already ended.
                }
            },
            stop: async () => {
                running.kill("SIGTERM");
                this.#running.delete(run);
                return running;
            },
        };
        this.#running.add(run);
        return run;
    }

    /** Contents by path of everything in the store but the leases. */
    contents(): Record<string, string> {
        const files = readdirSync(this.store, { recursive: true }).map(String);
        return Object.fromEntries(
            files
                .filter(file => !file.startsWith("lease") && statSync(path.join(this.store, file)).isFile())
                .map(file => [file, readFileSync(path.join(this.store, file), "latin1")]),
        );
    }

    read(file: string): string {
        return readFileSync(path.join(this.store, file), "utf8");
    }

    report(settings?: Partial<IssuerSettings>): Record<string, unknown> | undefined {
        try {
            const report = this.read(`certificates/${this.certificateName(settings)}.json`);
            return JSON.parse(report) as Record<string, unknown>;
        } catch {
            return undefined;
        }
    }
}

/** Answers `lego certificates list --json` from the files that `ISSUE` writes. */
const LISTING = `
if [ "$1" != run ]; then
    printf '['
    separator=
    for file in "$LEGO_PATH"/certificates/*.listed; do
        [ -f "$file" ] || continue
        printf %s "$separator"
        cat "$file"
        separator=,
    done
    echo ']'
    exit 0
fi`;

/**
 * Shell code of a fake lego that issues a certificate for LEGO_DOMAINS.
 * @param seconds its remaining time
 */
export function issue(chain = "chain", seconds = 5_184_000): string {
    return `
        mkdir -p "$LEGO_PATH/certificates"
        base=$LEGO_PATH/certificates/$LEGO_CERT_NAME
        echo "${chain}" >"$base.crt"
        echo key >"$base.key"
        printf '{"name":"%s","domains":["%s"],"expirationDate":"%s +0000 UTC"}' "$LEGO_CERT_NAME" \\
            "$(echo "$LEGO_DOMAINS" | sed 's/,/","/g')" "$(date -u -d "@$(($(date +%s) + ${seconds}))" '+%F %T')" >"$base.listed"`;
}

/** Shell code of a fake lego that fails with this error. */
export function fail(error: string): string {
    return `cat <<'END_OF_LOG'\ntime=2026-01-01T00:00:00Z level=ERROR msg=Error error=${JSON.stringify(error)}\nEND_OF_LOG\nexit 1`;
}

/** The lines of a file; none where it does not exist. */
export function lines(file: string): string[] {
    try {
        return readFileSync(file, "utf8").split("\n").slice(0, -1);
    } catch {
        return [];
    }
}
