import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { cached } from "../../../machine/cache";
import { actions, resourceTypes } from "../azure-native/resource-types";

/** A provider that the sandbox stands in for, and the npm SDK that tells its version. */
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

/** What of node_modules ends up in a bundle, or makes one. */
const INGREDIENTS = [
    ...standIns.map(({ sdk }) => sdk),
    "@azure/core-lro",
    "@azure/core-rest-pipeline",
    "@grpc/grpc-js",
    "@kubernetes/client-node",
    "@peculiar/x509",
    "@pulumi/pulumi",
    "bcryptjs",
    "esbuild",
    "typescript",
];

const SOURCES = path.dirname(__dirname);

/** The version of the installed npm package, which is that of the provider that its programs ask for. */
export function packageVersion(name: string): string {
    const file = path.join(packageFolder(name, SOURCES), "package.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/**
 * A folder with `<name>.cjs` for each stand-in: all of it in one file, which needs nothing but Node. Bundled once for
 * the same sources and packages, in two seconds; found in some milliseconds later.
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
                    // Messages and what they hold must come from one copy of the library: the one of Pulumi's stubs.
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

/** Changes whenever a bundle could. */
function fingerprint(): string {
    const hash = createHash("sha256");
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
    for (const file of files.filter(each => each.endsWith(".ts")).sort()) {
        hash.update(file).update(readFileSync(path.join(SOURCES, file)));
    }
    for (const name of INGREDIENTS) hash.update(`${name}@${packageVersion(name)}`);
    return hash.digest("hex").slice(0, 16);
}

/** The folder of a package as seen from `from`. Not by `require.resolve`: some packages hide their package.json. */
function packageFolder(name: string, from: string): string {
    for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
        const candidate = path.join(folder, "node_modules", name);
        if (existsSync(path.join(candidate, "package.json"))) return candidate;
    }
    throw new Error(`The package ${name} is not installed. Run npm ci.`);
}
