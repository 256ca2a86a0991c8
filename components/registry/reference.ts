/** An image by tag: the parts of its name. */
export interface TaggedImage {
    /** Host name of the registry, with its port if it has one. */
    registry: string;
    /** Path of the image in the registry, e.g. `haproxytech/haproxy-debian`. */
    repository: string;
    tag: string;
    /** The name as written, without the tag. */
    name: string;
}

const IMAGE =
    /^(?<name>(?:(?<registry>[^/]*[.:][^/]*|localhost)\/)?(?<repository>[a-z0-9._/-]+)):(?<tag>[\w.-]{1,128})$/;

/** Reads an image with a tag. Undefined for an image with a digest or without a tag. */
export function readTaggedImage(image: string): TaggedImage | undefined {
    const parts = IMAGE.exec(image)?.groups as Partial<TaggedImage> | undefined;
    if (parts?.repository === undefined || parts.tag === undefined || parts.name === undefined)
        return undefined;
    const { registry = "docker.io", tag, name } = parts;
    // Docker Hub keeps images without an organization under "library".
    const isOfficial = registry === "docker.io" && !parts.repository.includes("/");
    return { registry, repository: isOfficial ? `library/${parts.repository}` : parts.repository, tag, name };
}
