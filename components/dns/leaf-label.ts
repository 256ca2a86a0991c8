import { createHash } from "node:crypto";

/** What makes a label the service's own. */
export interface LabelOwner {
    project: string;
    stack: string;
    component: string;
}

const SUFFIX_LENGTH = 6;
const RADIX = 36;
const LONGEST_DNS_LABEL = 63;
/** Azure asks for five characters at least; the suffix alone has six. */
const LONGEST_LEAF_LABEL = LONGEST_DNS_LABEL - SUFFIX_LENGTH;

/**
 * The DNS label that the service gets in its region: `label` and six characters of a to z and 0 to 9. They follow from
 * who owns the label, so they are known before anything exists and stay while the label stays.
 */
export function dnsNameLabel(label: string, owner: LabelOwner): string {
    // A list, not a joined text: ("a", "bc") and ("ab", "c") are different owners.
    const identity = JSON.stringify([owner.project, owner.stack, owner.component, label]);
    const digest = createHash("sha256").update(identity).digest("hex");
    const suffix = BigInt(`0x${digest}`) % BigInt(RADIX) ** BigInt(SUFFIX_LENGTH);
    return label + suffix.toString(RADIX).padStart(SUFFIX_LENGTH, "0");
}

/** What keeps `label` from being the readable part of an Azure DNS label. */
export function leafLabelProblem(label: string): string | undefined {
    if (typeof label !== "string" || label === "") return "is empty; give a short name like contoso";
    const quoted = JSON.stringify(label);
    if (label.length > LONGEST_LEAF_LABEL) {
        return `${quoted} has ${label.length} characters; ${LONGEST_LEAF_LABEL} fit, because six are added`;
    }
    if (label !== label.toLowerCase()) return `${quoted} has capital letters; write ${label.toLowerCase()}`;
    if (label.includes(".")) return `${quoted} is a name with dots; give its first part only`;
    if (!/^[a-z][a-z0-9-]*$/.test(label)) {
        return `${quoted} must start with a letter and have only letters, digits and '-'`;
    }
    return undefined;
}

/** The name under which Azure publishes a container group with this label. */
export function containerGroupFqdn(label: string, location: string): string {
    return `${label}.${location}.azurecontainer.io`;
}

/** The name under which Azure publishes a public IP address with this label. */
export function publicIpFqdn(label: string, location: string): string {
    return `${label}.${location}.cloudapp.azure.com`;
}
