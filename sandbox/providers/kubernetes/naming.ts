import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "../protocol/provider";
import type { Properties } from "../protocol/values";
import { annotation, at, textAt, withMetadata } from "./objects";

/** An annotation on objects with a generated name. It permits a replacement to be created before the deletion. */
const AUTONAMED = "pulumi.com/autonamed";

const SUFFIX_LENGTH = 8;

export function isAutoNamed(object: Properties): boolean {
    return annotation(object, AUTONAMED) === "true";
}

/**
 * Adds a name to inputs without one. It is the first of these: the present generated name of the object, the one that
 * the auto-naming setting of the project determines, the name of the resource in the program with random digits.
 * @throws if the auto-naming setting forbids generated names
 */
export function withName(request: CheckRequest): Properties {
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
    const present = typeof annotations === "object" && !Array.isArray(annotations) ? annotations : {};
    return withMetadata(object, { name, annotations: { ...present, [AUTONAMED]: "true" } });
}

/** Random hexadecimal digits. The same seed gives the same digits, so that preview and update generate the same name. */
function randomDigits(name: string, seed: Uint8Array): string {
    const entropy =
        seed.length > 0
            ? createHash("sha512").update(seed).update(name).digest()
            : randomBytes(SUFFIX_LENGTH);
    return entropy.toString("hex").slice(0, SUFFIX_LENGTH);
}
