import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../tools/cache";
import type { SandboxInstance } from "../instance";
import { containerdSocket, nodeFolder } from "./configuration";
import { buildGo, nodeTools } from "./tools";

/** containerd's namespace of what the kubelet uses. */
const KUBELET_NAMESPACE = "k8s.io";

/** The image that holds a pod's namespaces. */
export const PAUSE_IMAGE = "localhost/pause:1";

/**
 * Makes the images of an archive (`docker save` or OCI layout, tar) known to a running node, under the names that the
 * archive gives them. An archive that has been imported into this sandbox before is not imported again.
 */
export async function importImage(instance: SandboxInstance, archive: string): Promise<void> {
    const { size, mtimeMs } = statSync(archive);
    const contents = createHash("sha256")
        .update(`${path.resolve(archive)} ${size} ${mtimeMs}`)
        .digest("hex");
    const imported = nodeFolder(instance, "imported", contents);
    if (existsSync(imported)) return;
    const { ctr, environment } = await nodeTools();
    await execa(
        ctr,
        [
            "--address",
            containerdSocket(instance),
            "--namespace",
            KUBELET_NAMESPACE,
            "images",
            "import",
            archive,
        ],
        {
            env: environment,
        },
    );
    mkdirSync(path.dirname(imported), { recursive: true, mode: 0o700 });
    writeFileSync(imported, "");
}

/** The archive of `PAUSE_IMAGE`, from the program in `pause/`. */
export async function pauseArchive(): Promise<string> {
    const source = path.join(__dirname, "pause");
    const version = createHash("sha256")
        .update(readFileSync(path.join(source, "main.go")))
        .digest("hex")
        .slice(0, 16);
    const folder = await cached(path.join("node", `pause-${version}-${process.arch}`), async target => {
        const work = await mkdtemp(path.join(os.tmpdir(), "pause-"));
        try {
            await buildGo(source, path.join(work, "pause"));
            await writeArchive(work, ["pause"], ["/pause"], PAUSE_IMAGE, path.join(target, "image.tar"));
        } finally {
            await rm(work, { recursive: true, force: true });
        }
    });
    return path.join(folder, "image.tar");
}

/** An image of one layer in the format of `docker save` (Docker image specification 1.2). */
async function writeArchive(
    folder: string,
    files: readonly string[],
    entrypoint: readonly string[],
    name: string,
    archive: string,
): Promise<void> {
    const tar = (file: string, names: readonly string[]) =>
        execa(
            "tar",
            ["--create", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--file", file, ...names],
            {
                cwd: folder,
            },
        );
    await tar("layer.tar", files);
    const layer = createHash("sha256")
        .update(readFileSync(path.join(folder, "layer.tar")))
        .digest("hex");
    const image = {
        architecture: process.arch === "arm64" ? "arm64" : "amd64",
        os: "linux",
        config: { Entrypoint: entrypoint },
        rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
    };
    const manifest = [{ Config: "config.json", RepoTags: [name], Layers: ["layer.tar"] }];
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(image));
    writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest));
    await tar(archive, ["manifest.json", "config.json", "layer.tar"]);
}
