import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";
import { createLayer, type ImageConfiguration, packImage } from "./archive";
import type { SandboxInstance } from "../instance";
import { containerdSocket, nodeFolder } from "./configuration";
import { buildGo } from "./go-build";
import { nodeTools } from "./tools";

/** The containerd namespace that the kubelet uses. */
const KUBELET_NAMESPACE = "k8s.io";

/** The image of the container that holds a pod's namespaces. */
export const PAUSE_IMAGE = "localhost/pause:1";

/**
 * Imports the images of an archive (`docker save` or OCI layout, tar) into a running node. The archive contains the names of
 * the images. An archive that was imported into this sandbox before is skipped.
 */
export async function importImage(instance: SandboxInstance, archive: string): Promise<void> {
    const { size, mtimeMs } = statSync(archive);
    const key = createHash("sha256")
        .update(`${path.resolve(archive)} ${size} ${mtimeMs}`)
        .digest("hex");
    const marker = nodeFolder(instance, "imported", key);
    if (existsSync(marker)) return;
    const { ctr, environment } = await nodeTools();
    const connection = ["--address", containerdSocket(instance), "--namespace", KUBELET_NAMESPACE];
    await execa(ctr, [...connection, "images", "import", archive], { env: environment });
    mkdirSync(path.dirname(marker), { recursive: true, mode: 0o700 });
    writeFileSync(marker, "");
}

/** The archive of `PAUSE_IMAGE`, built from the program in `pause/`. */
export function pauseArchive(): Promise<string> {
    return programArchive(path.join(__dirname, "pause"), PAUSE_IMAGE);
}

/**
 * The archive of an image that contains one static program and no other file.
 * @param source folder of a Go program with the files `go.mod` and `main.go`; the program gets the name of the folder
 * @param image name of the image
 */
export async function programArchive(
    source: string,
    image: string,
    configuration: ImageConfiguration = {},
): Promise<string> {
    const name = path.basename(source);
    const hash = createHash("sha256").update(JSON.stringify([image, configuration]));
    for (const file of ["go.mod", "main.go"]) hash.update(readFileSync(path.join(source, file)));
    const key = `${name}-${hash.digest("hex").slice(0, 16)}-${process.arch}`;
    const folder = await cached(path.join("node", key), async target => {
        await buildGo(source, path.join(target, name));
        await createLayer(target, name);
        await packImage(target, image, { Entrypoint: [`/${name}`], ...configuration });
        rmSync(path.join(target, name));
    });
    return path.join(folder, "image.tar");
}
