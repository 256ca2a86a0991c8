import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import { LAYER, packImage } from "../node/archive";
import type { SandboxInstance } from "../instance";
import { importImage } from "../node/images";
import { buildGo } from "../node/go-build";
import { cached } from "../../machine/cache";

/** The image of the model for tests, `model/main.go`. It listens on port 5001. */
export const MODEL_IMAGE = "localhost/model:1";

/** The same model with version 2 in its answers. */
export const NEXT_MODEL_IMAGE = "localhost/model:2";

/** Imports both images into a running node. */
export async function importModelImages(instance: SandboxInstance): Promise<void> {
    for (const archive of await modelArchives()) await importImage(instance, archive);
}

/** The archives of both images, built if they are not in the cache. */
export async function modelArchives(): Promise<string[]> {
    return [await modelArchive("1"), await modelArchive("2")];
}

async function modelArchive(version: string): Promise<string> {
    const source = path.join(__dirname, "model");
    const contents = createHash("sha256");
    for (const file of ["go.mod", "main.go"]) contents.update(readFileSync(path.join(source, file)));
    const key = `model-${version}-${contents.digest("hex").slice(0, 16)}-${process.arch}`;
    const folder = await cached(path.join("images", key), async target => {
        await buildGo(source, path.join(target, "model"));
        const owner = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
        await execa("tar", ["--create", ...owner, "--file", LAYER, "model"], { cwd: target });
        await packImage(target, `localhost/model:${version}`, {
            Entrypoint: ["/model"],
            Env: [`MODEL_VERSION=${version}`],
            User: "65532:65532",
            ExposedPorts: { "5001/tcp": {} },
        });
        await rm(path.join(target, "model"));
    });
    return path.join(folder, "image.tar");
}
