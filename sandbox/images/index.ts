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
 * Makes `localhost/front:3.0` and `localhost/iris:1` known to a running node, building them when they are not in the cache.
 * A stack that names images of a registry instead needs neither: the node pulls those, where it can reach the registry.
 * @param configuration of a stack: `localhost/lego:5`, which takes a minute to build, is made when it is named there
 */
export async function ensureImages(instance: SandboxInstance, configuration = ""): Promise<void> {
    for (const archive of await imageArchives()) await importImage(instance, archive);
    if (configuration.includes(LEGO_IMAGE)) await importImage(instance, await legoArchive());
}

/** The archives of both images. Needs no sandbox, so that they can be built while one starts. */
export async function imageArchives(): Promise<string[]> {
    // One after the other: they take turns at the same processors and package lists.
    return [await buildImage(FRONT_IMAGE), await buildImage(await irisImage())];
}

/** The front image's files, to run its HAProxy without containers: see `command.ts`. */
export async function frontRoot(): Promise<string> {
    return root(await buildImage(FRONT_IMAGE));
}

/** The iris image's files. */
export async function irisRoot(): Promise<string> {
    return root(await buildImage(await irisImage()));
}

function root(archive: string): Promise<string> {
    return cached(path.join("images", `${path.basename(path.dirname(archive))}-root`), folder =>
        unpackImage(archive, folder),
    );
}
