import { createHash, randomBytes } from "node:crypto";

/**
 * Who may use a label again after its resource is deleted ("Understand dangling DNS entries", domain name label scope).
 * Every scope but `Unsecure` adds a hash to the name.
 */
export type ReuseScope = "Unsecure" | "TenantReuse" | "SubscriptionReuse" | "ResourceGroupReuse" | "NoReuse";

export interface LabelOwner {
    tenant: string;
    subscription: string;
    resourceGroup: string;
}

const HASH_LENGTH = 16;

/**
 * The fully qualified domain name of a label under `suffix`. If the scope requires a hash, it follows the label, and is
 * the same for the same owner.
 * @example publicName("contoso", "westeurope.azurecontainer.io", "Unsecure", owner)
 */
export function publicName(label: string, suffix: string, scope: ReuseScope, owner: LabelOwner): string {
    const name = label.toLowerCase();
    if (scope === "Unsecure") return `${name}.${suffix}`;
    return `${name}.${letters(ownerDigest(name, scope, owner))}.${suffix}`;
}

function ownerDigest(label: string, scope: ReuseScope, owner: LabelOwner): Buffer {
    if (scope === "NoReuse") return randomBytes(32);
    const parts = [label, owner.tenant];
    if (scope !== "TenantReuse") parts.push(owner.subscription);
    if (scope === "ResourceGroupReuse") parts.push(owner.resourceGroup.toLowerCase());
    return createHash("sha256").update(parts.join("\n")).digest();
}

function letters(bytes: Buffer): string {
    return [...bytes.subarray(0, HASH_LENGTH)].map(byte => String.fromCharCode(97 + (byte % 26))).join("");
}
