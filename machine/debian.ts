import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa, ExecaError } from "execa";
import { cached, cacheFolder } from "./cache";
import { withProgress } from "./progress";

/** Debian or Ubuntu packages that are unpacked into the cache. The system itself does not change. */
export interface DebianTree {
    /** The folder with the contents of the packages. A file that is `/usr/bin/x` after installation is `usr/bin/x` here. */
    root: string;
    /**
     * The absolute path of a file, from the unpacked packages or, if it is not there, from the system.
     * @throws if the file does not exist in either place
     * @example tree.path("usr/sbin/haproxy")
     */
    path(relative: string): string;
    /** The environment for programs of the tree: that of this process, with the tree's programs and libraries added. */
    environment: NodeJS.ProcessEnv;
}

/**
 * Downloads the named packages and those of their dependencies that are not installed on the system.
 * @example const tools = await debianPackages(["haproxy"]);
 * @throws if the system is not Debian or Ubuntu, a package does not exist, or a download fails
 */
export async function debianPackages(names: readonly string[]): Promise<DebianTree> {
    const sorted = [...names].sort();
    const missing = await missingPackages(sorted);
    const root = missing.length
        ? await cached(path.join("debian", `tree-${digest(missing.join("\n"))}`), folder =>
              withProgress(`Downloading ${summary(sorted)} from the package repository of this system`, () =>
                  unpack(missing, folder),
              ),
          )
        : "/";
    return { root, path: relative => fileIn(root, relative), environment: environment(root) };
}

/** Whether this system is Debian or a derivative such as Ubuntu, so that `debianPackages` can work. */
export function hasDebianPackages(): boolean {
    return existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg");
}

/**
 * Returns `name=version` for each package that is not installed. apt needs seconds for the answer, so it is cached
 * until the installed packages change.
 */
async function missingPackages(names: readonly string[]): Promise<string[]> {
    if (!hasDebianPackages()) {
        throw new Error(
            `${summary(names)}: cannot be downloaded, because this system has no apt-get. Install ` +
                `${names.length > 1 ? "them" : "it"} with the package manager of this system, or use Debian 12 or Ubuntu 24.04.`,
        );
    }
    const installed = digest(await readFile("/var/lib/dpkg/status"), await readFile("/etc/os-release"));
    const key = path.join("debian", `resolved-${digest(names.join("\n"), installed)}`);
    const answer = await cached(key, async folder => {
        const output = await apt([
            "install",
            "--no-install-recommends",
            "--print-uris",
            "-qq",
            "-y",
            ...names,
        ]);
        await writeFile(path.join(folder, "packages"), versions(output).join("\n"));
    });
    const packages = await readFile(path.join(answer, "packages"), "utf8");
    return packages.split("\n").filter(Boolean);
}

/** Reads lines such as `'http://…/haproxy_2.6.12-1%2bdeb12u4_amd64.deb' haproxy_2.6.12-1+deb12u4_amd64.deb 2042596 …`. */
function versions(printedUris: string): string[] {
    return printedUris
        .split("\n")
        .map(line => /^'[^']+' ([^_\s]+)_([^_\s]+)_[^_\s]+\.deb /.exec(line))
        .filter(match => match !== null)
        .map(([, name, version]) => `${name}=${decodeURIComponent(version ?? "")}`);
}

async function unpack(packages: readonly string[], folder: string): Promise<void> {
    const downloads = await mkdtemp(path.join(os.tmpdir(), "debian-packages-"));
    try {
        await apt(["download", "-qq", ...packages], downloads);
        for (const file of readdirSync(downloads)) {
            await execa("dpkg", ["--extract", path.join(downloads, file), folder]);
        }
    } finally {
        await rm(downloads, { recursive: true, force: true });
    }
}

/**
 * Runs apt with the package lists of the system. If that fails, because the lists are missing or outdated, runs it again
 * with current lists, which are downloaded into the cache.
 */
async function apt(args: readonly string[], cwd?: string): Promise<string> {
    const lists = cacheFolder("debian", "lists");
    // By default, apt downloads as the user _apt, who may not write to the cache. apt's locks protect the package database
    // of the system, which these commands only read.
    const common = ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1"];
    const cachedLists = [
        ["-o", `Dir::State::lists=${lists}`],
        ["-o", `Dir::Cache::pkgcache=${lists}/pkgcache.bin`],
        ["-o", `Dir::Cache::srcpkgcache=${lists}/srcpkgcache.bin`],
    ].flat();
    const run = async (options: readonly string[], command: readonly string[]) => {
        // The output is parsed, so it must not be translated.
        const { stdout } = await execa("apt-get", [...common, ...options, ...command], {
            ...(cwd ? { cwd } : {}),
            env: { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
            stdin: "ignore",
        });
        return stdout;
    };
    try {
        return await run([], args);
    } catch {
        try {
            await mkdir(path.join(lists, "partial"), { recursive: true });
            await run(cachedLists, ["update", "-qq"]);
            return await run(cachedLists, args);
        } catch (error) {
            const reason = error instanceof ExecaError ? error.stderr || error.shortMessage : String(error);
            throw new Error(
                `apt-get ${args[0]} failed. Check the network and the package sources of this system.\n${reason}`,
                { cause: error },
            );
        }
    }
}

function fileIn(root: string, relative: string): string {
    for (const candidate of [path.join(root, relative), path.join("/", relative)]) {
        if (existsSync(candidate)) return candidate;
    }
    throw new Error(`${relative}: not found in the downloaded packages (${root}) or on this system.`);
}

function environment(root: string): NodeJS.ProcessEnv {
    if (root === "/") return { ...process.env, PATH: searchPath(process.env.PATH, SYSTEM_PROGRAMS) };
    const inTree = (folders: readonly string[]) =>
        folders.map(folder => path.join(root, folder)).filter(folder => existsSync(folder));
    // The names of library folders contain the platform, e.g. usr/lib/x86_64-linux-gnu.
    const platforms = inTree(["usr/lib", "lib"]).flatMap(folder =>
        readdirSync(folder)
            .filter(name => name.endsWith("-linux-gnu"))
            .map(name => path.join(folder, name)),
    );
    const extensions = platforms
        .map(folder => path.join(folder, "xtables"))
        .find(folder => existsSync(folder));
    return {
        ...process.env,
        PATH: searchPath(
            ...inTree(["usr/sbin", "usr/bin", "sbin", "bin"]),
            process.env.PATH,
            SYSTEM_PROGRAMS,
        ),
        LD_LIBRARY_PATH: searchPath(...platforms, ...inTree(["usr/lib", "lib"]), process.env.LD_LIBRARY_PATH),
        PERL5LIB: searchPath(...inTree(["usr/share/perl5"]), process.env.PERL5LIB),
        // Without this variable, iptables searches its extensions in a fixed folder of the system.
        ...(extensions ? { XTABLES_LIBDIR: extensions } : {}),
    };
}

/** Folders with system programs, which are often missing in the PATH of users other than root. */
const SYSTEM_PROGRAMS = "/usr/sbin:/sbin";

function searchPath(...folders: (string | undefined)[]): string {
    return folders.filter(Boolean).join(":");
}

function digest(...parts: (string | Buffer)[]): string {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part).update("\0");
    return hash.digest("hex").slice(0, 16);
}

/** E.g. `a, b, c and 4 more`. */
function summary(names: readonly string[]): string {
    return names.length > 3
        ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
        : names.join(", ");
}
