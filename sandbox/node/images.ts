import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";
import { LAYER, packImage } from "./archive";
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
export function pauseArchive(): Promise<string> {
    return programArchive(path.join(__dirname, "pause"), PAUSE_IMAGE);
}

/**
 * The archive of an image that holds one static program and nothing else.
 * @param source a folder with a Go program in `main.go`; the program has the folder's name
 * @param image the image's name
 */
export async function programArchive(source: string, image: string): Promise<string> {
    const name = path.basename(source);
    const program = readFileSync(path.join(source, "main.go"));
    const version = createHash("sha256").update(program).digest("hex").slice(0, 16);
    const folder = await cached(path.join("node", `${name}-${version}-${process.arch}`), async target => {
        await buildGo(source, path.join(target, name));
        const owner = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
        await execa("tar", ["--create", ...owner, "--file", LAYER, name], { cwd: target });
        await packImage(target, image, { Entrypoint: [`/${name}`] });
        rmSync(path.join(target, name));
    });
    return path.join(folder, "image.tar");
}
