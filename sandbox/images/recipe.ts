import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";
import { debianPackages } from "../../machine/debian";
import { withProgress } from "../../machine/progress";
import { type ImageConfiguration, LAYER, packImage } from "../node/archive";

/** An image to be built from Debian packages, on machines that cannot pull it from a registry. */
export interface ImageRecipe {
    /** Name and tag, e.g. `localhost/front:3.0`. */
    name: string;
    /** Debian packages to install in addition to the essential ones. */
    packages: readonly string[];
    /** Path of a shell script that runs after the installation. Its argument is the root folder of the image. */
    script?: string;
    /** Environment variables of the script. */
    environment?: Record<string, string>;
    /** Files that the script reads. The image is built again when one of them changes. */
    inputs?: readonly string[];
    configuration: ImageConfiguration;
}

/** Debian 13, the first release with HAProxy 3.0 and with the Python version of the sample model's packages. */
export const SUITE = "trixie";

/** Files that containers do not need. Licences are kept: see `path-include` below. */
const LEFT_OUT = [
    "/usr/share/bash-completion/*",
    "/usr/share/doc/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/man/*",
];

/** The archive of the image, from the cache or built. Needs root to set the owners of files. */
export async function buildImage(recipe: ImageRecipe): Promise<string> {
    // Contents of files instead of their paths, so that images of different checkouts have the same version.
    const content = { ...recipe, script: undefined, environment: {}, inputs: [], LEFT_OUT, SUITE };
    const hash = createHash("sha256").update(JSON.stringify(content));
    const files = [...(recipe.script ? [recipe.script] : []), ...(recipe.inputs ?? [])];
    for (const file of files) hash.update(readFileSync(file));
    const version = hash.digest("hex").slice(0, 16);
    const name = path.basename(recipe.name).replace(":", "-");
    const folder = await cached(path.join("images", `${name}-${version}-${process.arch}`), target =>
        withProgress(`Building the image ${recipe.name}`, async () => {
            await buildLayer(recipe, path.join(target, LAYER));
            await packImage(target, recipe.name, recipe.configuration);
        }),
    );
    return path.join(folder, "image.tar");
}

async function buildLayer(recipe: ImageRecipe, layer: string): Promise<void> {
    const tools = await debianPackages(["mmdebstrap", "debian-archive-keyring"]);
    await execa(
        tools.path("usr/bin/mmdebstrap"),
        [
            "--mode=root",
            "--variant=essential",
            `--keyring=${tools.path("usr/share/keyrings")}`,
            `--include=${recipe.packages.join(",")}`,
            ...LEFT_OUT.map(files => `--dpkgopt=path-exclude=${files}`),
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            // The container runtime provides /dev.
            "--skip=output/dev",
            ...(recipe.script ? ['--customize-hook=/bin/sh "$IMAGE_SCRIPT" "$1"'] : []),
            SUITE,
            layer,
        ],
        {
            env: { ...tools.environment, ...recipe.environment, IMAGE_SCRIPT: recipe.script ?? "" },
            all: true,
        },
    );
}
