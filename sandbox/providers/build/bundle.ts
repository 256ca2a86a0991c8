/** Bundles each stand-in, with all npm packages that it needs, into one file that Node runs. */
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { cached } from "../../../machine/cache";
import { actions, resourceTypes } from "../azure-native/resource-types";
import { fingerprint } from "./fingerprint";

/** A provider with a stand-in, and the npm SDK that determines its version. */
export interface StandIn {
    name: string;
    sdk: string;
}

export const standIns: StandIn[] = [
    { name: "azure-native", sdk: "@pulumi/azure-native" },
    { name: "kubernetes", sdk: "@pulumi/kubernetes" },
    { name: "tls", sdk: "@pulumi/tls" },
    { name: "random", sdk: "@pulumi/random" },
];

const SOURCES = path.dirname(__dirname);

/** The version of an installed npm package. Programs that use an SDK request the provider of the same version. */
export function packageVersion(name: string): string {
    const file = path.join(packageFolder(name, SOURCES), "package.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/**
 * Returns a folder with `<name>.cjs` for each stand-in. The build takes two seconds and is cached until the sources or
 * the installed packages change.
 */
export async function bundledStandIns(): Promise<string> {
    return cached(`providers/${fingerprint()}`, async folder => {
        const { build } = await import("esbuild");
        const { readSdkSchema } = await import("./sdk-schema.js");
        const schema = readSdkSchema(Object.keys(resourceTypes), Object.keys(actions));
        await Promise.all(
            standIns.map(({ name, sdk }) =>
                build({
                    entryPoints: [path.join(SOURCES, name, "main.ts")],
                    outfile: path.join(folder, `${name}.cjs`),
                    bundle: true,
                    minifySyntax: true,
                    platform: "node",
                    target: "node20",
                    format: "cjs",
                    logLevel: "error",
                    define: { SCHEMA: JSON.stringify(schema), VERSION: JSON.stringify(packageVersion(sdk)) },
                    // Messages can contain messages of the same copy of the library only, so this is the copy of Pulumi's stubs.
                    alias: {
                        "google-protobuf": packageFolder(
                            "google-protobuf",
                            packageFolder("@pulumi/pulumi", SOURCES),
                        ),
                    },
                }),
            ),
        );
    });
}

/** The folder of a package, resolved from `from`. `require.resolve` fails for packages that do not export their package.json. */
function packageFolder(name: string, from: string): string {
    for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
        const candidate = path.join(folder, "node_modules", name);
        if (existsSync(path.join(candidate, "package.json"))) return candidate;
    }
    throw new Error(`The npm package ${name} is not installed. Run npm ci.`);
}
