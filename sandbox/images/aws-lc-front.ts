import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, unlink } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";
import { debianPackages, type DebianTree } from "../../machine/debian";
import { type Report, withProgress } from "../../machine/progress";
import { unpackDebianSource } from "./debian-source";
import { SUITE } from "./recipe";
import { frontRoot } from ".";

const MODULE = path.join(__dirname, "aws-lc");

const BUILD_PACKAGES = ["cmake", "g++", "liblua5.4-dev", "libpcre2-dev", "make", "ninja-build"];

/** The generated files that Go and Perl would create are part of the package. */
const AWS_LC_OPTIONS = [
    "CMAKE_BUILD_TYPE=Release",
    "CMAKE_INSTALL_LIBDIR=lib",
    "BUILD_TESTING=OFF",
    "BUILD_TOOL=OFF",
    "DISABLE_GO=ON",
    "DISABLE_PERL=ON",
];

/** The features of HAProxy's image with AWS-LC that the front can notice. */
const HAPROXY_OPTIONS = [
    "TARGET=linux-glibc",
    ...["OPENSSL", "OPENSSL_AWSLC", "LUA", "PCRE2", "PCRE2_JIT", "PROMEX", "QUIC", "TFO"].map(
        feature => `USE_${feature}=1`,
    ),
    "LUA_LIB_NAME=lua5.4",
];

/**
 * Folder with the files of the front image, with HAProxy built with AWS-LC instead of OpenSSL. Images of HAProxy
 * Technologies are built with AWS-LC, Debian's package with OpenSSL. Needs cargo.
 */
export async function awsLcFrontRoot(): Promise<string> {
    const root = await frontRoot();
    const program = await awsLcHaproxy();
    const version = digest(path.basename(root), path.basename(path.dirname(program)));
    return cached(path.join("images", `front-aws-lc-${version}-${process.arch}-root`), async folder => {
        // The files are linked, not copied, so the program must be removed before it is replaced.
        await execa("cp", ["--archive", "--link", `${root}/.`, folder]);
        const target = path.join(folder, "usr", "sbin", "haproxy");
        await unlink(target);
        await copyFile(program, target);
    });
}

async function awsLcHaproxy(): Promise<string> {
    const lock = readFileSync(path.join(MODULE, "Cargo.lock"));
    const version = digest(lock, SUITE, ...AWS_LC_OPTIONS, ...HAPROXY_OPTIONS);
    const folder = await cached(path.join("images", `haproxy-aws-lc-${version}-${process.arch}`), target =>
        withProgress("Building HAProxy with AWS-LC (about four minutes, once)", report =>
            build(target, report),
        ),
    );
    return path.join(folder, "haproxy");
}

async function build(target: string, report: Report): Promise<void> {
    const tools = await debianPackages(BUILD_PACKAGES);
    const folder = await mkdtemp(path.join(os.tmpdir(), "haproxy-aws-lc-"));
    try {
        report("downloading the sources");
        const packages = path.join(folder, "packages");
        await execa("cargo", ["vendor", "--locked", packages], { cwd: MODULE, stdin: "ignore" });
        const haproxy = path.join(folder, "haproxy");
        await unpackDebianSource(SUITE, "haproxy", haproxy);
        report("AWS-LC");
        const library = path.join(folder, "library");
        await buildAwsLc(path.join(packages, "aws-lc-sys", "aws-lc"), library, tools);
        report("HAProxy");
        await buildHaproxy(haproxy, library, tools);
        const program = path.join(haproxy, "haproxy");
        await execa("strip", [program], { env: tools.environment });
        await copyFile(program, path.join(target, "haproxy"));
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/** Builds static libraries, so that the program runs without them. */
async function buildAwsLc(source: string, target: string, tools: DebianTree): Promise<void> {
    const folder = `${target}-build`;
    await mkdir(folder);
    const definitions = [...AWS_LC_OPTIONS, `CMAKE_INSTALL_PREFIX=${target}`].map(option => `-D${option}`);
    const cmake = (...args: string[]) =>
        execa("cmake", args, { cwd: folder, env: tools.environment, stdin: "ignore" });
    await cmake("-G", "Ninja", ...definitions, source);
    await cmake("--build", ".", "--target", "install");
}

async function buildHaproxy(source: string, library: string, tools: DebianTree): Promise<void> {
    const { stdout: platform } = await execa("gcc", ["-print-multiarch"], { env: tools.environment });
    const inTree = (...parts: string[]) => path.join(tools.root, "usr", ...parts);
    const options = [
        ...HAPROXY_OPTIONS,
        `SSL_INC=${library}/include`,
        `SSL_LIB=${library}/lib`,
        `LUA_INC=${tools.path("usr/include/lua5.4")}`,
    ];
    await execa("make", [`-j${os.availableParallelism()}`, ...options, "haproxy"], {
        cwd: source,
        env: {
            ...tools.environment,
            // Where gcc finds the headers and libraries of unpacked packages.
            C_INCLUDE_PATH: `${inTree("include")}:${inTree("include", platform)}`,
            LIBRARY_PATH: inTree("lib", platform),
        },
        stdin: "ignore",
    });
}

function digest(...parts: (string | Buffer)[]): string {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part).update("\0");
    return hash.digest("hex").slice(0, 16);
}
