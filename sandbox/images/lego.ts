import { createHash } from "node:crypto";
import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, rm } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";
import { debianPackages } from "../../machine/debian";
import { withProgress } from "../../machine/progress";
import { buildGo } from "../node/tools";
import { LAYER, packImage } from "../node/archive";

/** lego, the ACME client, as its official image has it: `/lego` and a small shell, started as root. */
export const LEGO_IMAGE = "localhost/lego:5";

const MODULE = path.join(__dirname, "lego");

/** lego's list of DNS providers, of which `lego/providers.go` takes the place. */
const PROVIDERS = path.join("providers", "dns", "zz_gen_dns_providers.go");

/** Where the shell's commands are: busybox, as in the Alpine of the official image. */
const SHELL_FOLDERS = ["bin", "sbin", "usr/bin", "usr/sbin"];

/** The program, for tests that run it without a container. */
export async function legoProgram(): Promise<string> {
    const sources = ["go.sum", "providers.go"].map(file => readFileSync(path.join(MODULE, file)));
    const key = `lego-${digest(sources)}-${process.arch}`;
    const folder = await cached(path.join("images", key), target =>
        withProgress("Building lego (about a minute the first time)", () => build(target)),
    );
    return path.join(folder, "lego");
}

/** The archive of the image, built when it is not in the cache. */
export async function legoArchive(): Promise<string> {
    const program = await legoProgram();
    const tree = await debianPackages(["busybox-static", "ca-certificates"]);
    const busybox = tree.path("bin/busybox");
    const authorities = trustedAuthorities(tree.path("usr/share/ca-certificates/mozilla"));
    const version = digest([path.basename(path.dirname(program)), readFileSync(busybox), authorities]);
    const folder = await cached(path.join("images", `lego-5-${version}-${process.arch}`), async target => {
        const root = path.join(target, "root");
        for (const at of ["etc/ssl/certs", "root", "tmp", "run", "var"]) {
            await mkdir(path.join(root, at), { recursive: true });
        }
        await chmod(path.join(root, "tmp"), 0o1777);
        for (const at of SHELL_FOLDERS) await mkdir(path.join(root, at), { recursive: true });
        copyFileSync(busybox, path.join(root, "bin", "busybox"));
        await chmod(path.join(root, "bin", "busybox"), 0o755);
        await execa("chroot", [root, "/bin/busybox", "--install", "-s"]);
        copyFileSync(program, path.join(root, "lego"));
        writeFileSync(path.join(root, "etc", "ssl", "certs", "ca-certificates.crt"), authorities);
        writeFileSync(path.join(root, "etc", "passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        writeFileSync(path.join(root, "etc", "group"), "root:x:0:\n");
        const owner = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
        await execa("tar", ["--create", ...owner, "--file", LAYER, "--directory", root, "."], {
            cwd: target,
        });
        await rm(root, { recursive: true });
        await packImage(target, LEGO_IMAGE, {
            Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            Entrypoint: ["/lego"],
            ExposedPorts: { "80/tcp": {} },
        });
    });
    return path.join(folder, "image.tar");
}

/** From a copy of lego's source, because Go takes no other file in place of one in its own cache of modules. */
async function build(target: string): Promise<void> {
    const { stdout } = await execa("go", ["mod", "download", "-json", "github.com/go-acme/lego/v5"], {
        cwd: MODULE,
        // The checksum in go.sum is that of all of the source, and lego's own go.sum has those of what it is built from.
        env: { GOFLAGS: "-mod=readonly" },
        stdin: "ignore",
    });
    const { Dir } = JSON.parse(stdout) as { Dir: string };
    const source = path.join(target, "source");
    cpSync(Dir, source, { recursive: true });
    await execa("chmod", ["--recursive", "u+w", source]);
    copyFileSync(path.join(MODULE, "providers.go"), path.join(source, PROVIDERS));
    await buildGo(source, path.join(target, "lego"));
    await rm(source, { recursive: true });
}

/** The authorities that browsers trust, in one file. */
function trustedAuthorities(folder: string): string {
    const files = readdirSync(folder).filter(file => file.endsWith(".crt"));
    return files
        .sort()
        .map(file => readFileSync(path.join(folder, file), "utf8"))
        .join("");
}

function digest(parts: readonly (string | Buffer)[]): string {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part).update("\0");
    return hash.digest("hex").slice(0, 16);
}
