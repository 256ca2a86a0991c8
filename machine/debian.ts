import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa, ExecaError } from "execa";
import { cached, cacheFolder } from "./cache";
import { withProgress } from "./progress";

/** Debian or Ubuntu packages, unpacked into the cache: the system is not changed. */
export interface DebianTree {
    /** The folder that stands for `/`. */
    root: string;
    /**
     * The absolute path of a file of one of the packages, on the system when it is installed there.
     * Throws when it is neither in the packages nor on the system.
     * @example tree.path("usr/sbin/haproxy")
     */
    path(relative: string): string;
    /** What programs of the tree need to run: this process's environment with the tree's PATH and libraries. */
    environment: NodeJS.ProcessEnv;
}

/**
 * The named packages together with those dependencies that the system lacks.
 * @example const tools = await debianPackages(["haproxy"]);
 * @throws when this is not Debian or Ubuntu, a package is not known, or it cannot be downloaded
 */
export async function debianPackages(names: readonly string[]): Promise<DebianTree> {
    const sorted = [...names].sort();
    const files = await resolved(sorted);
    const root = files.length
        ? await cached(path.join("debian", `tree-${digest(files.join("\n"))}`), folder =>
              withProgress(`Downloading ${listed(sorted)} from the distribution`, () =>
                  unpack(files, folder),
              ),
          )
        : "/";
    return { root, path: relative => find(root, relative), environment: environment(root) };
}

/** Whether packages of a Debian distribution can be had here at all. */
export function hasDebianPackages(): boolean {
    return existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg");
}

/**
 * `name=version` of every package that has to be fetched. Asking apt takes seconds, so the answer is kept until the
 * installed packages change.
 */
async function resolved(names: readonly string[]): Promise<string[]> {
    if (!hasDebianPackages()) {
        throw new Error(
            `${listed(names)} cannot be fetched: there is no apt-get here. Install ${names.length > 1 ? "them" : "it"} ` +
                "with the package manager of this system, or use Debian 12 or Ubuntu 24.04.",
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
 * Runs apt with the system's package lists, and when those are missing or too old with lists of our own, which
 * are fetched into the cache.
 */
async function apt(args: readonly string[], cwd?: string): Promise<string> {
    const own = cacheFolder("debian", "lists");
    // Fetching as the user _apt would need folders that this user may write to. Locks guard only what is not touched here.
    const common = ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1"];
    const ownLists = [
        ["-o", `Dir::State::lists=${own}`],
        ["-o", `Dir::Cache::pkgcache=${own}/pkgcache.bin`],
        ["-o", `Dir::Cache::srcpkgcache=${own}/srcpkgcache.bin`],
    ].flat();
    const run = async (options: readonly string[], command: readonly string[]) => {
        // In another language apt would say other things.
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
            await mkdir(path.join(own, "partial"), { recursive: true });
            await run(ownLists, ["update", "-qq"]);
            return await run(ownLists, args);
        } catch (error) {
            const reason = error instanceof ExecaError ? error.stderr || error.shortMessage : String(error);
            throw new Error(`Distribution packages could not be fetched:\n${reason}`, { cause: error });
        }
    }
}

function find(root: string, relative: string): string {
    for (const candidate of [path.join(root, relative), path.join("/", relative)]) {
        if (existsSync(candidate)) return candidate;
    }
    throw new Error(`${relative} is neither in the downloaded packages (${root}) nor on this system.`);
}

function environment(root: string): NodeJS.ProcessEnv {
    if (root === "/") return { ...process.env, PATH: joined([], process.env.PATH, SYSTEM_PROGRAMS) };
    const inTree = (folders: readonly string[]) =>
        folders.map(folder => path.join(root, folder)).filter(folder => existsSync(folder));
    // Library folders are named after the platform, e.g. usr/lib/x86_64-linux-gnu.
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
        PATH: joined(inTree(["usr/sbin", "usr/bin", "sbin", "bin"]), process.env.PATH, SYSTEM_PROGRAMS),
        LD_LIBRARY_PATH: joined([...platforms, ...inTree(["usr/lib", "lib"])], process.env.LD_LIBRARY_PATH),
        PERL5LIB: joined(inTree(["usr/share/perl5"]), process.env.PERL5LIB),
        // iptables looks for its extensions at a fixed place.
        ...(extensions ? { XTABLES_LIBDIR: extensions } : {}),
    };
}

/** Users who are not root often lack these in PATH. */
const SYSTEM_PROGRAMS = "/usr/sbin:/sbin";

function joined(own: readonly string[], ...inherited: (string | undefined)[]): string {
    return [...own, ...inherited].filter(Boolean).join(":");
}

function digest(...parts: (string | Buffer)[]): string {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part).update("\0");
    return hash.digest("hex").slice(0, 16);
}

function listed(names: readonly string[]): string {
    return names.length > 3
        ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
        : names.join(", ");
}
