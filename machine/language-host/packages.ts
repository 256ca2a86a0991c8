import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import * as path from "node:path";

/** The fields of a package.json that this host reads. */
interface PackageManifest {
    name?: string;
    version?: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    pulumi?: {
        /** Whether the package needs a provider plug-in. */
        resource?: boolean;
        name?: string;
        version?: string;
        server?: string;
        parameterization?: { name: string; version: string; value: string };
    };
}

/** A plug-in that a program needs because it uses the corresponding npm package. */
export interface RequiredPlugin {
    name: string;
    /** With a leading v, as the engine expects it. */
    version: string;
    server: string | undefined;
    parameterization: { name: string; version: string; value: string } | undefined;
}

/** The provider plug-ins that the installed packages of a program name in their package.json. */
export function requiredPlugins(program: string): RequiredPlugin[] {
    const plugins = new Map<string, RequiredPlugin>();
    for (const manifest of installedPackages(program)) {
        const { pulumi } = manifest;
        if (!pulumi?.resource) continue;
        const name = pulumi.name ?? pluginName(manifest.name ?? "");
        const version = pulumi.version ?? manifest.version ?? "";
        if (!name || !version) continue;
        const plugin = {
            name,
            version: version.startsWith("v") ? version : `v${version}`,
            server: pulumi.server,
            parameterization: pulumi.parameterization,
        };
        plugins.set(JSON.stringify(plugin), plugin);
    }
    return [...plugins.values()];
}

/** The engine's name for the plug-in of a package: `@pulumi/tls` → `tls`, `@contoso/thing` → `contoso/thing`. */
function pluginName(packageName: string): string {
    return packageName.replace(/^@pulumi\//, "").replace(/^@/, "");
}

/**
 * The npm packages of a program with their installed versions.
 * @param transitive whether to include packages that the package.json of the program does not name
 */
export function dependencies(program: string, transitive: boolean): { name: string; version: string }[] {
    const all = [...installedPackages(program)].flatMap(({ name, version }) =>
        name && version ? [{ name, version }] : [],
    );
    if (transitive) return all;
    const folder = folderAbove(program, "package.json");
    const manifest = folder ? manifestIn(folder) : undefined;
    const direct = new Set(Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies }));
    return all.filter(({ name }) => direct.delete(name));
}

function* installedPackages(program: string): Generator<PackageManifest> {
    const folder = folderAbove(program, "node_modules");
    if (folder) yield* packagesIn(path.join(folder, "node_modules"), new Set());
}

/** @param seen the packages visited so far: symbolic links, as in a workspace, may form a cycle */
function* packagesIn(folder: string, seen: Set<string>): Generator<PackageManifest> {
    for (const name of readdirSync(folder)) {
        if (name.startsWith(".")) continue;
        const child = path.join(folder, name);
        if (name.startsWith("@")) {
            yield* packagesIn(child, seen);
            continue;
        }
        const manifest = manifestIn(child);
        const realPath = manifest ? realpathSync(child) : "";
        if (!manifest || seen.has(realPath)) continue;
        seen.add(realPath);
        yield manifest;
        const nested = path.join(child, "node_modules");
        if (existsSync(nested)) yield* packagesIn(nested, seen);
    }
}

function manifestIn(folder: string): PackageManifest | undefined {
    try {
        return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as PackageManifest;
    } catch {
        // There is no package.json, or it is invalid and cannot name a plug-in.
        return undefined;
    }
}

/** The nearest folder from `start` upwards that contains `name`. */
export function folderAbove(start: string, name: string): string | undefined {
    for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
        if (existsSync(path.join(folder, name))) return folder;
        if (folder === path.dirname(folder)) return undefined;
    }
}
