import * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "./argument-check";
import * as text from "./rules/text";

/** Checks `resourceGroupName`, which both components require. */
export function readResourceGroupName(
    check: ArgumentCheck,
    name: pulumi.Input<string> | undefined,
): pulumi.Input<string> {
    const advice = "set it to the name of an existing resource group";
    return check.required("resourceGroupName", name, advice, text.resourceGroupName);
}

/** Checks `location`. The default is the region of the provider. */
export function readLocation(
    check: ArgumentCheck,
    location: pulumi.Input<string> | undefined,
): pulumi.Input<string> {
    return check.required(
        "location",
        location ?? new pulumi.Config("azure-native").get("location"),
        "set it, or set azure-native:location in the stack's configuration",
        text.location,
    );
}
