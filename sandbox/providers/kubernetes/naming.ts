import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import { annotation, at, textAt, withMetadata } from "./objects";

/** The mark on objects whose name the provider made up, so that a replacement may be created first. */
const AUTONAMED = "pulumi.com/autonamed";

const SUFFIX_LENGTH = 8;

export function isAutoNamed(object: Properties): boolean {
    return annotation(object, AUTONAMED) === "true";
}

/**
 * The inputs with a name. Without one in the program it is the generated one that the object has already, else what
 * the project's auto-naming settings say, else the name in the program with random digits.
 * @throws when there may be no generated name
 */
export function named(request: CheckRequest): Properties {
    const { news, olds, naming, name } = request;
    if (at(news, "metadata", "generateName") !== undefined && at(news, "metadata", "name") === undefined) {
        throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
    }
    if (at(news, "metadata", "name") !== undefined) return news;
    const present = textAt(olds, "metadata", "name");
    if (present !== undefined && isAutoNamed(olds)) return withGeneratedName(news, present);
    if (naming?.mode === "disable") {
        throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
    }
    return withGeneratedName(news, naming?.name ?? `${name}-${randomDigits(name, request.randomSeed)}`);
}

function withGeneratedName(object: Properties, name: string): Properties {
    const annotations = at(object, "metadata", "annotations");
    const own = typeof annotations === "object" && !Array.isArray(annotations) ? annotations : {};
    return withMetadata(object, { name, annotations: { ...own, [AUTONAMED]: "true" } });
}

/** Hexadecimal digits that are the same for the same seed: preview and update must agree on a name. */
function randomDigits(name: string, seed: Uint8Array): string {
    const entropy =
        seed.length > 0
            ? createHash("sha512").update(seed).update(name).digest()
            : randomBytes(SUFFIX_LENGTH);
    return entropy.toString("hex").slice(0, SUFFIX_LENGTH);
}
