import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../machine/cache";
import { debianPackages } from "../../machine/debian";
import { withProgress } from "../../machine/progress";
import { type ImageConfiguration, LAYER, packImage } from "../node/archive";

/** How an image is made from Debian packages where no registry can be reached. */
export interface ImageRecipe {
    /** Name and tag, e.g. `localhost/front:3.0`. */
    name: string;
    /** Debian packages, beside the essential ones. */
    packages: readonly string[];
    /** Shell that runs after they are installed; `$1` is the new root. */
    after?: string;
    /** Programs and values for the shell. */
    environment?: Record<string, string>;
    /** Files that the shell reads: the image is made anew when one changes. */
    inputs?: readonly string[];
    configuration: ImageConfiguration;
}

/** The first release with HAProxy 3.0, and with the Python that the sample model's packages are built for. */
const SUITE = "trixie";

/** What nobody reads inside of a container. Licences stay. */
const LEFT_OUT = [
    "/usr/share/bash-completion/*",
    "/usr/share/doc/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/man/*",
];

/** The archive of the image, built when it is not in the cache. Needs root, for the owners of files. */
export async function buildImage(recipe: ImageRecipe): Promise<string> {
    // Files count by their contents: where a checkout or a program lies makes no other image.
    const content = { ...recipe, environment: {}, inputs: [], LEFT_OUT, SUITE };
    const hash = createHash("sha256").update(JSON.stringify(content));
    for (const input of recipe.inputs ?? []) hash.update(readFileSync(input));
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
            // The runtime makes its own devices.
            "--skip=output/dev",
            ...(recipe.after ? [`--customize-hook=${recipe.after}`] : []),
            SUITE,
            layer,
        ],
        { env: { ...tools.environment, ...recipe.environment }, all: true },
    );
}
