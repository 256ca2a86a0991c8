import { createRequire } from "node:module";
import * as path from "node:path";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { parseArgsStringToArgv } from "string-argv";

/** The options of `runtime` in Pulumi.yaml, PulumiPolicy.yaml or PulumiPlugin.yaml that concern Node. */
export interface RuntimeOptions {
    /** Compile TypeScript while loading it, by the ts-node that the SDK brings. True unless told otherwise. */
    typescript: boolean;
    /** Another tsconfig.json, relative to the program. */
    tsconfig: string | undefined;
    /** Arguments for Node itself, written as in a shell. */
    nodeargs: string[];
    /** What installs dependencies. Guessed from the lock file unless given. */
    packagemanager: string | undefined;
}

/** @throws when an option has the wrong type, because ignoring it would run another program than asked for */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
    const raw: Record<string, unknown> = info?.getOptions()?.toJavaScript() ?? {};
    const text = (name: string): string | undefined => {
        const value = raw[name];
        if (value === undefined || typeof value === "string") return value;
        throw new Error(`The runtime option "${name}" must be a string.`);
    };
    const typescript = raw.typescript ?? true;
    if (typeof typescript !== "boolean")
        throw new Error('The runtime option "typescript" must be true or false.');
    return {
        typescript,
        tsconfig: text("tsconfig"),
        nodeargs: parseArgsStringToArgv(text("nodeargs") ?? ""),
        packagemanager: text("packagemanager"),
    };
}

/** The variables by which the SDK's entry points learn of the options. */
export function optionsEnvironment(options: RuntimeOptions): NodeJS.ProcessEnv {
    return {
        ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
    };
}

/** An entry point of the SDK that the program itself uses, so that both are of one version. */
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
