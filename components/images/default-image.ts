import * as pulumi from "@pulumi/pulumi";
import { RegistryClient } from "../registry/client";
import { RegistryError } from "../registry/http";
import { readTaggedImage } from "../registry/reference";
import { resourceHook } from "../shared/hooks";

/** A registry answers within a second. A network that drops packets makes each preview and update wait this long. */
const TIMEOUT_MS = 10_000;

/** How to renew, for messages. */
const RENEWAL = "set imageRenewalTrigger to a new value, like today's date";

/**
 * An image that the component names by tag and deploys by digest, so that all nodes run the same image and no restart changes it.
 * The digest is read from the registry when the resource is created, and stays in the state until the tag or the trigger changes.
 * When the registry cannot be asked, the image is deployed by tag, with a warning.
 */
export class DefaultImage extends pulumi.ComponentResource {
    /** The image with its digest, or with its tag. */
    readonly image: pulumi.Output<string>;

    /** @param tagged the image with its tag */
    constructor(
        name: string,
        tagged: string,
        renewalTrigger: pulumi.Input<string> | undefined,
        parent: pulumi.Resource,
    ) {
        const trigger = renewalTrigger ?? "";
        const current = currentImage(tagged);
        const checkRenewal = resourceHook(
            `${name}-renewal`,
            async ({ oldInputs, newInputs }) => {
                const { problem } = await current;
                if (problem === undefined || oldInputs?.renewalTrigger === newInputs?.renewalTrigger) return;
                throw new Error(
                    `${name}: the image ${tagged} cannot be renewed, because its registry ${problem}. Nothing was changed. Try again later, or restore the previous value of imageRenewalTrigger.`,
                );
            },
            { onDryRun: true },
        );
        super(
            "azure-secure-inference:index:DefaultImage",
            name,
            { tagged, renewalTrigger: trigger },
            { parent, hooks: { beforeUpdate: checkRenewal } },
        );
        const warnOfTag = resourceHook(
            `${name}-tag`,
            async () => {
                const { problem } = await current;
                if (problem === undefined) return;
                await pulumi.log.warn(
                    `${name}: the image ${tagged} is deployed by its tag, because its registry ${problem}. A tag can change, and then nodes run different images. To deploy it by digest once the registry can be reached, ${RENEWAL}; or set the image to one of your own registry.`,
                    this,
                );
            },
            { onDryRun: true },
        );
        const stored = new pulumi.Stash(
            name,
            { input: current.then(({ image }) => image) },
            {
                parent: this,
                // A tag that has moved is not a change. A replacement reads the current digest.
                ignoreChanges: ["input"],
                replacementTrigger: pulumi.interpolate`${tagged} ${trigger}`,
                hooks: { beforeCreate: warnOfTag },
            },
        );
        this.image = stored.output as pulumi.Output<string>;
        this.registerOutputs({ image: this.image });
    }
}

/** The image by the digest that its tag has now, or, with the problem, by its tag. Never rejects. */
async function currentImage(tagged: string): Promise<{ image: string; problem?: string }> {
    const reference = readTaggedImage(tagged);
    if (!reference) return { image: tagged };
    try {
        const digest = await new RegistryClient(reference, TIMEOUT_MS).digest(reference.tag);
        return { image: `${reference.name}@${digest}` };
    } catch (error) {
        // Another error would be a fault of this library. It must not stop an update either.
        const problem = error instanceof RegistryError ? error.message : "gave an unexpected answer";
        return { image: tagged, problem };
    }
}
