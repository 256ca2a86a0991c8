import { execa } from "execa";
import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";

/** Configuration of an image, with the names of the OCI image specification. */
export interface ImageConfiguration {
    Cmd?: string[];
    Entrypoint?: string[];
    Env?: string[];
    ExposedPorts?: Record<string, Record<string, never>>;
    StopSignal?: string;
    User?: string;
    WorkingDir?: string;
}

/** File name of the single layer in an archive. */
export const LAYER = "layer.tar";

/** Creates `layer.tar` in `folder`. All files belong to root. @param files arguments of tar that select the files */
export async function createLayer(folder: string, ...files: string[]): Promise<void> {
    const owner = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
    await execa("tar", ["--create", ...owner, "--file", LAYER, ...files], { cwd: folder });
}

/**
 * Packs `layer.tar` in `folder` into `image.tar`, an archive in the format of `docker save` (Docker image specification 1.2).
 * containerd, podman and Docker can import it.
 */
export async function packImage(
    folder: string,
    name: string,
    configuration: ImageConfiguration,
): Promise<void> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(path.join(folder, LAYER)), hash);
    const image = {
        architecture: process.arch === "arm64" ? "arm64" : "amd64",
        os: "linux",
        config: configuration,
        rootfs: { type: "layers", diff_ids: [`sha256:${hash.digest("hex")}`] },
    };
    const manifest = [{ Config: "config.json", RepoTags: [name], Layers: [LAYER] }];
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(image));
    writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest));
    const parts = ["manifest.json", "config.json", LAYER];
    await execa("tar", ["--create", "--file", "image.tar", ...parts], { cwd: folder });
    for (const part of parts) await rm(path.join(folder, part));
}

/** Unpacks the layer of an archive of `packImage` into `folder`. */
export async function unpackImage(archive: string, folder: string): Promise<void> {
    const extract = [
        "--extract",
        "--file",
        "-",
        "--directory",
        folder,
        "--numeric-owner",
        "--preserve-permissions",
    ];
    // A layer can exceed execa's limit for buffered output.
    const unbuffered = { buffer: { stdout: false } };
    await execa("tar", ["--extract", "--to-stdout", "--file", archive, LAYER], unbuffered).pipe(
        "tar",
        extract,
        unbuffered,
    );
}
