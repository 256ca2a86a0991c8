import { createHash } from "node:crypto";
import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, rm } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";
import { debianPackages } from "../../machine/debian";
import { withProgress } from "../../machine/progress";
import { buildGo } from "../node/go-build";
import { createLayer, packImage } from "../node/archive";

/** lego, the ACME client. Like its official image: the program `/lego` and a small shell, started as root. */
export const LEGO_IMAGE = "localhost/lego:5";

const MODULE = path.join(__dirname, "lego");

/** The file with lego's list of DNS providers. `lego/providers.go` replaces it. */
const PROVIDERS = path.join("providers", "dns", "zz_gen_dns_providers.go");

/** Folders with the commands of busybox, as in the Alpine base of the official image. */
const SHELL_FOLDERS = ["bin", "sbin", "usr/bin", "usr/sbin"];

/** Path of the program, for tests that run it without a container. */
export async function legoProgram(): Promise<string> {
    const sources = ["go.sum", "providers.go"].map(file => readFileSync(path.join(MODULE, file)));
    const key = `lego-${digest(sources)}-${process.arch}`;
    const folder = await cached(path.join("images", key), target =>
        withProgress("Building lego (about a minute the first time)", () => buildLego(target)),
    );
    return path.join(folder, "lego");
}

/** The archive of the image, from the cache or built. */
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
        await createLayer(target, "--directory", root, ".");
        await rm(root, { recursive: true });
        await packImage(target, LEGO_IMAGE, {
            Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            Entrypoint: ["/lego"],
            ExposedPorts: { "80/tcp": {} },
        });
    });
    return path.join(folder, "image.tar");
}

/** Builds lego from a copy of its source, because files in Go's module cache cannot be replaced. */
async function buildLego(target: string): Promise<void> {
    const { stdout } = await execa("go", ["mod", "download", "-json", "github.com/go-acme/lego/v5"], {
        cwd: MODULE,
        // Our go.sum has the checksum of lego's source, which contains a go.sum with the checksums of its dependencies.
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

/** PEM text of the certificate authorities that browsers trust. */
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
