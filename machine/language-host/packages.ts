import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import * as path from "node:path";

/** What this host reads of a package.json. */
export interface PackageManifest {
    name?: string;
    version?: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    pulumi?: {
        /** Whether the package needs a provider plug-in of the same name. */
        resource?: boolean;
        name?: string;
        version?: string;
        server?: string;
        parameterization?: { name: string; version: string; value: string };
    };
}

/** A plug-in that a program needs because it uses the npm package that belongs to it. */
export interface RequiredPlugin {
    name: string;
    /** With a leading v, as the engine wants it. */
    version: string;
    server: string | undefined;
    parameterization: { name: string; version: string; value: string } | undefined;
}

/** Every provider plug-in that the installed packages of a program ask for in their package.json. */
export function requiredPlugins(program: string): RequiredPlugin[] {
    const found = new Map<string, RequiredPlugin>();
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
        found.set(JSON.stringify(plugin), plugin);
    }
    return [...found.values()];
}

/** `@pulumi/tls` → `tls`, `@contoso/thing` → `contoso/thing`: what the engine calls the plug-in of a package. */
function pluginName(packageName: string): string {
    return packageName.replace(/^@pulumi\//, "").replace(/^@/, "");
}

/** The packages that a program names itself, or all that are installed for it, with their installed versions. */
export function dependencies(program: string, transitive: boolean): { name: string; version: string }[] {
    const all = [...installedPackages(program)].flatMap(({ name, version }) =>
        name && version ? [{ name, version }] : [],
    );
    if (transitive) return all;
    const folder = folderAbove(program, "package.json");
    const own = folder ? manifestIn(folder) : undefined;
    const named = new Set(Object.keys({ ...own?.dependencies, ...own?.devDependencies }));
    return all.filter(({ name }) => named.delete(name));
}

function* installedPackages(program: string): Generator<PackageManifest> {
    const folder = folderAbove(program, "node_modules");
    if (folder) yield* packagesIn(path.join(folder, "node_modules"), new Set());
}

/** @param seen the packages visited so far: links, as in a workspace, may lead round in a circle */
function* packagesIn(folder: string, seen: Set<string>): Generator<PackageManifest> {
    for (const name of readdirSync(folder)) {
        if (name.startsWith(".")) continue;
        const child = path.join(folder, name);
        if (name.startsWith("@")) {
            yield* packagesIn(child, seen);
            continue;
        }
        const manifest = manifestIn(child);
        const place = manifest ? realpathSync(child) : "";
        if (!manifest || seen.has(place)) continue;
        seen.add(place);
        yield manifest;
        const nested = path.join(child, "node_modules");
        if (existsSync(nested)) yield* packagesIn(nested, seen);
    }
}

function manifestIn(folder: string): PackageManifest | undefined {
    try {
        return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as PackageManifest;
    } catch {
        // No package, or one that is broken and thus cannot ask for a plug-in.
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
