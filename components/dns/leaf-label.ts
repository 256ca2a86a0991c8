import { createHash } from "node:crypto";
import { reservedPrefix } from "../shared/rules/azure-names";

/** The component that owns a label: the label of each owner is different. */
export interface LabelOwner {
    project: string;
    stack: string;
    component: string;
}

const SUFFIX_LENGTH = 6;
const RADIX = 36;
const MAX_DNS_LABEL_LENGTH = 63;
/** Azure requires at least five characters; the suffix has six. */
const MAX_LEAF_LABEL_LENGTH = MAX_DNS_LABEL_LENGTH - SUFFIX_LENGTH;

/**
 * The DNS label of the service in its region: `label` and a suffix of six characters from a to z and 0 to 9. The suffix is derived
 * from the owner and the label, so it is known at preview and does not change while they stay the same.
 */
export function dnsNameLabel(label: string, owner: LabelOwner): string {
    // A list, not a concatenation: ("a", "bc") and ("ab", "c") are different owners.
    const identity = JSON.stringify([owner.project, owner.stack, owner.component, label]);
    const digest = createHash("sha256").update(identity).digest("hex");
    const suffix = BigInt(`0x${digest}`) % BigInt(RADIX) ** BigInt(SUFFIX_LENGTH);
    return label + suffix.toString(RADIX).padStart(SUFFIX_LENGTH, "0");
}

/** Why `label` cannot be the readable part of an Azure DNS label. */
export function leafLabelProblem(label: string): string | undefined {
    if (typeof label !== "string" || label === "") return "is empty; set it to a short name like contoso";
    const quoted = JSON.stringify(label);
    if (label.length > MAX_LEAF_LABEL_LENGTH) {
        return `${quoted} has ${label.length} characters; use at most ${MAX_LEAF_LABEL_LENGTH}, because a suffix of six is added`;
    }
    if (label !== label.toLowerCase()) return `${quoted} has capital letters; use ${label.toLowerCase()}`;
    if (label.includes(".")) return `${quoted} has dots; use only one part of the name`;
    if (!/^[a-z][a-z0-9-]*$/.test(label)) {
        return `${quoted} must start with a letter and contain only letters, digits and '-'`;
    }
    return reservedPrefix(label);
}

/** The name that Azure gives a container group with this label. */
export function containerGroupFqdn(label: string, location: string): string {
    return `${label}.${location}.azurecontainer.io`;
}

/** The name that Azure gives a public IP address with this label. */
export function publicIpFqdn(label: string, location: string): string {
    return `${label}.${location}.cloudapp.azure.com`;
}
