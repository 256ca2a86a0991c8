import * as pulumi from "@pulumi/pulumi";
import { LEGO_IMAGE } from "../certificate/acme-arguments";
import { FRONT_IMAGE } from "../front/image";
import { isMocked } from "../shared/hooks";
import { DefaultImage } from "./default-image";

/** An image of a container beside the models. */
export interface DeployedImage {
    /** The image as deployed. The default images have a digest, unless their registry could not be asked. */
    image: string;
    /** The tag that a default image was looked up by. Absent for an image of yours. */
    tagged?: string;
}

/** The images of the containers beside the models. */
export interface DeployedImages {
    /** HAProxy. */
    front: DeployedImage;
    /** lego, with `TlsMode.Auto`. */
    issuer?: DeployedImage;
}

/** The settings that contain the images. */
interface ImageSettings {
    front: { image: pulumi.Input<string> };
    tls: { acme?: { image: pulumi.Input<string> } };
    imageRenewalTrigger?: pulumi.Input<string>;
}

/** Replaces the default images in the settings by their digests. Images of the user stay as written. */
export function withDeployedImages<Settings extends ImageSettings>(
    name: string,
    settings: Settings,
    parent: pulumi.Resource,
): { settings: Settings; images: pulumi.Output<DeployedImages> } {
    const { front, tls, imageRenewalTrigger } = settings;
    const deployed = (part: string, image: pulumi.Input<string>): pulumi.Output<DeployedImage> => {
        if (image !== FRONT_IMAGE && image !== LEGO_IMAGE) return pulumi.output({ image });
        // Tests with mocks need neither a registry nor the engine's state.
        if (isMocked()) return pulumi.output({ image, tagged: image });
        const resource = new DefaultImage(`${name}-${part}-image`, image, imageRenewalTrigger, parent);
        return pulumi.output({ image: resource.image, tagged: image });
    };
    const images = {
        front: deployed("front", front.image),
        ...(tls.acme && { issuer: deployed("issuer", tls.acme.image) }),
    };
    return {
        settings: {
            ...settings,
            front: { ...front, image: images.front.image },
            tls: { ...tls, ...(tls.acme && { acme: { ...tls.acme, image: images.issuer!.image } }) },
        },
        images: pulumi.output(images),
    };
}
