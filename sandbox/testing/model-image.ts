import * as path from "node:path";
import type { SandboxInstance } from "../instance";
import { importImage, programArchive } from "../node/images";

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

function modelArchive(version: string): Promise<string> {
    return programArchive(path.join(__dirname, "model"), `localhost/model:${version}`, {
        Env: [`MODEL_VERSION=${version}`],
        User: "65532:65532",
        ExposedPorts: { "5001/tcp": {} },
    });
}
