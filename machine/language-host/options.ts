import { createRequire } from "node:module";
import * as path from "node:path";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { parseArgsStringToArgv } from "string-argv";

/** The options of the Node runtime in Pulumi.yaml, PulumiPolicy.yaml or PulumiPlugin.yaml. */
interface RuntimeOptions {
    /**
     * Compile TypeScript while loading it, with the ts-node of the SDK.
     * @default true
     */
    typescript: boolean;
    /** The path of the tsconfig.json, relative to the program. */
    tsconfig: string | undefined;
    /** Arguments for Node itself. In the file, they are one string with the quoting rules of a shell. */
    nodeargs: string[];
    /** The package manager that installs dependencies. The lock file determines it if this is undefined. */
    packagemanager: string | undefined;
}

/** @throws if an option has the wrong type. Ignoring it would run a different program than the user intends. */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
    const raw: Record<string, unknown> = info?.getOptions()?.toJavaScript() ?? {};
    const text = (name: string): string | undefined => {
        const value = raw[name];
        if (value === undefined || typeof value === "string") return value;
        throw new Error(`The runtime option "${name}" is not a string. Change it in the project file.`);
    };
    const typescript = raw.typescript ?? true;
    if (typeof typescript !== "boolean")
        throw new Error(
            'The runtime option "typescript" is neither true nor false. Change it in the project file.',
        );
    return {
        typescript,
        tsconfig: text("tsconfig"),
        nodeargs: parseArgsStringToArgv(text("nodeargs") ?? ""),
        packagemanager: text("packagemanager"),
    };
}

/** The environment variables from which the entry points of the SDK read the options. */
export function optionsEnvironment(options: RuntimeOptions): NodeJS.ProcessEnv {
    return {
        ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
    };
}

/** The path of an entry point of the SDK. It is the SDK that the program itself uses, so that the versions agree. */
export function sdkEntryPoint(name: "run" | "run-plugin" | "run-policy-pack", program: string): string {
    try {
        return createRequire(path.join(program, "_")).resolve(`@pulumi/pulumi/cmd/${name}`);
    } catch (error) {
        throw new Error(
            `The Pulumi SDK is not installed for ${program}. Run "npm install" there and try again.`,
            { cause: error },
        );
    }
}
