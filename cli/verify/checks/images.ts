import { RegistryClient } from "../../../components/registry/client";
import { readTaggedImage } from "../../../components/registry/reference";
import { type CheckResult, ok, skipped, warning } from "../report";
import type { DeployedImage, VerifyTarget } from "../target";

const RENEW =
    'Renew it: pulumi config set imageRenewalTrigger "$(date)", then pulumi up. In a program of yours, set the argument of the same name.';
/** Digests to compare before the version of the deployed image counts as unknown. Public registries limit requests. */
const MAX_PATCHES = 8;

/** Compares the default images, as deployed, with what their tags name in the registry now. Images of the user are not checked. */
export async function checkImages(images: VerifyTarget["images"], timeoutMs: number): Promise<CheckResult[]> {
    const checks = (["front", "issuer"] as const).flatMap(part => {
        const image = images?.[part];
        return image?.tagged === undefined
            ? []
            : [checkImage(`${part}-image`, image, image.tagged, timeoutMs)];
    });
    return Promise.all(checks);
}

async function checkImage(
    name: string,
    { image }: DeployedImage,
    tagged: string,
    timeoutMs: number,
): Promise<CheckResult> {
    const [, deployed] = /@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
    const reference = readTaggedImage(tagged);
    if (!reference) return skipped(name, `${tagged} is not an image with a tag.`);
    if (deployed === undefined) {
        return warning(
            name,
            `${image} is deployed by its tag, which can be another image on each node.`,
            RENEW,
        );
    }
    let registry: RegistryClient;
    let current: string;
    try {
        registry = new RegistryClient(reference, timeoutMs);
        current = await registry.digest(reference.tag);
    } catch (error) {
        return skipped(name, `${image} is deployed; its registry ${(error as Error).message}.`);
    }
    const versions = await versionsOf([deployed, current], registry, reference.tag);
    const label = (digest: string): string => versions.get(digest) ?? shortened(digest);
    if (deployed === current) return ok(name, `${label(deployed)}, the newest image of ${tagged}`);
    return warning(name, `${label(deployed)} is deployed; ${tagged} is now ${label(current)}.`, RENEW);
}

/** The patch releases of a line, e.g. 3.0.12 of 3.0, with these digests. Only those that the registry shows. */
async function versionsOf(
    digests: readonly string[],
    registry: RegistryClient,
    line: string,
): Promise<Map<string, string>> {
    const versions = new Map<string, string>();
    try {
        for (const tag of newestPatches(await registry.tags(), line).slice(0, MAX_PATCHES)) {
            const digest = await registry.digest(tag);
            if (!versions.has(digest)) versions.set(digest, `${tag} (${shortened(digest)})`);
            if (digests.every(one => versions.has(one))) break;
        }
    } catch {
        // The digests are compared already; the versions only make the result easier to read.
    }
    return versions;
}

/** The tags of a line's patch releases, newest first. */
function newestPatches(tags: readonly string[], line: string): string[] {
    const patch = (tag: string): string => tag.slice(line.length + 1);
    return tags
        .filter(tag => tag.startsWith(`${line}.`) && /^\d{1,9}$/.test(patch(tag)))
        .sort((one, other) => Number(patch(other)) - Number(patch(one)));
}

function shortened(digest: string): string {
    return digest.slice(0, "sha256:".length + 12);
}
