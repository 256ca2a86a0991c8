import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../shared/argument-check";
import { givenRegistries } from "../shared/registries";
import type { SecureAciInferenceArgs } from "./arguments";

/** Host names of Docker Hub. An image without the host name of a registry is there too. */
const DOCKER_HUB = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

interface Images {
    args: SecureAciInferenceArgs;
    front: { image: pulumi.Input<string> };
    acme: { image: pulumi.Input<string> } | undefined;
}

/**
 * Warns about images that Azure pulls from Docker Hub without a login: all customers of Container Instances share a few addresses, and
 * Docker Hub limits the pulls of each address (Azure/azure-cli#29300).
 */
export function warnAboutDockerHub(check: ArgumentCheck, { args, front, acme }: Images): void {
    const registries = givenRegistries(args);
    if (registries.some(({ server }) => typeof server !== "string" || isDockerHub(server))) return;
    const images = {
        "model.image": args.model?.image,
        "front.image": front.image,
        "tls.acme.image": acme?.image,
    };
    const onDockerHub = Object.entries(images).flatMap(([path, image]) => {
        const name = typeof image === "string" ? dockerHubName(image) : undefined;
        return name === undefined ? [] : [{ path, name }];
    });
    if (onDockerHub.length === 0) return;
    const imports = onDockerHub.map(({ name }) => importCommand(name)).join("; ");
    check.warn(
        onDockerHub.map(({ path }) => path).join(", "),
        `${onDockerHub.length === 1 ? "is" : "are"} pulled from Docker Hub without a login. All customers of Container Instances share its limit for anonymous pulls, so an update may fail now and then, and a restart may hang. Copy into a registry of yours (${imports}), set the arguments to the copies and add the registry to registries; or add a login for index.docker.io to registries`,
    );
}

function isDockerHub(server: string): boolean {
    return DOCKER_HUB.includes(server.toLowerCase());
}

/**
 * The path of an image on Docker Hub, with tag or digest; undefined for an image in another registry.
 * @example dockerHubName("nginx:1.29") // "library/nginx:1.29"
 */
export function dockerHubName(image: string): string | undefined {
    const [first = "", ...rest] = image.split("/");
    const hasHost = rest.length > 0 && (/[.:A-Z]/.test(first) || first === "localhost");
    if (hasHost && !isDockerHub(first)) return undefined;
    const name = hasHost ? rest.join("/") : image;
    return name.includes("/") ? name : `library/${name}`;
}

function importCommand(name: string): string {
    const tagged = name.replace(/^library\//, "").replace(/@.*$/, "");
    return `az acr import --name REGISTRY --source docker.io/${name} --image ${tagged}`;
}
