import * as path from "node:path";
import { cached } from "../../machine/cache";
import type { SandboxInstance } from "../instance";
import { importImage } from "../node/images";
import { unpackImage } from "../node/archive";
import { FRONT_IMAGE } from "./front";
import { irisImage } from "./iris";
import { LEGO_IMAGE, legoArchive } from "./lego";
import { buildImage } from "./recipe";

/**
 * Images of the local stacks: the front (HAProxy), the sample model of `examples/iris`, and lego. Imports `localhost/front:3.0`
 * and `localhost/iris:1` into a running node, and builds them if they are not in the cache. The
 * node cannot pull images, because its network namespace has no connection to the Internet.
 * @param configuration text of a stack's configuration; `localhost/lego:5` is imported only if the text contains its name
 */
export async function ensureImages(instance: SandboxInstance, configuration = ""): Promise<void> {
    for (const archive of await imageArchives()) await importImage(instance, archive);
    if (configuration.includes(LEGO_IMAGE)) await importImage(instance, await legoArchive());
}

/** The archives of the front and of the sample model. Works without a running sandbox. */
export async function imageArchives(): Promise<string[]> {
    // One after the other, because two builds would compete for processors and package lists.
    return [await buildImage(FRONT_IMAGE), await buildImage(await irisImage())];
}

/** Folder with the files of the front image, to run its HAProxy without containers: see `command.ts`. */
export async function frontRoot(): Promise<string> {
    return unpacked(await buildImage(FRONT_IMAGE));
}

/** Folder with the files of the image of the sample model. */
export async function irisRoot(): Promise<string> {
    return unpacked(await buildImage(await irisImage()));
}

function unpacked(archive: string): Promise<string> {
    return cached(path.join("images", `${path.basename(path.dirname(archive))}-root`), folder =>
        unpackImage(archive, folder),
    );
}
