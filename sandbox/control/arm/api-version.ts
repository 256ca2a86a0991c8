import { ArmError } from "./errors";
import type { ResourceType } from "./resource-type";

const FORMAT = /^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i;

/** @param type the addressed resource type; undefined if it is unknown @throws ArmError 400 if the version is not supported */
export function checkApiVersion(version: string | undefined, type: ResourceType | undefined): void {
    if (version === undefined || version === "") {
        throw new ArmError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        );
    }
    if (!FORMAT.test(version)) {
        throw new ArmError(
            400,
            "InvalidApiVersionParameter",
            `The api-version '${version}' is invalid. Use the form YYYY-MM-DD or YYYY-MM-DD-preview.`,
        );
    }
    if (type && version.slice(0, 10) < type.firstApiVersion.slice(0, 10)) {
        throw new ArmError(
            400,
            "NoRegisteredProviderFound",
            `No registered resource provider found for API version '${version}' for type '${type.type}'. ` +
                `The supported api-versions start with '${type.firstApiVersion}'.`,
        );
    }
}
