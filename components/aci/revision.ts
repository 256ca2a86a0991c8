import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { containerGroupFqdn } from "../dns/leaf-label";
import { REVISION_LENGTH, revisionGroupName, revisionLabel } from "./revision-name";
import type { AciSettings } from "./settings";

/** The names of a container group, by which two groups with the same contents differ. */
export interface GroupNames {
    /** Absent: Pulumi generates a name and stores it in the state. */
    containerGroupName?: pulumi.Input<string>;
    dnsNameLabel: pulumi.Input<string>;
    /** The host name that Azure assigns to the group. */
    fqdn: pulumi.Input<string>;
}

/** The names of a group that is updated in place. */
export function fixedNames({ containerGroupName, dnsNameLabel, fqdn }: AciSettings): GroupNames {
    return { containerGroupName, dnsNameLabel, fqdn };
}

/**
 * The names of the revision with these contents. Any change of the contents generates a new random suffix. A content hash would
 * repeat after a revert and, after a failed update, could name a group that is about to be deleted.
 */
export function revisionNames(
    name: string,
    settings: AciSettings,
    contents: object,
    parent: pulumi.Resource,
): GroupNames {
    const revision = new random.RandomString(
        `${name}-revision`,
        {
            length: REVISION_LENGTH,
            upper: false,
            special: false,
            keepers: { serves: digest(contents) },
        },
        { parent },
    ).result;
    const base = settings.containerGroupName ?? name;
    const dnsNameLabel = revision.apply(known => revisionLabel(settings.leafDomainLabel, known));
    return {
        containerGroupName: pulumi.all([base, revision]).apply(known => revisionGroupName(...known)),
        dnsNameLabel,
        fqdn: pulumi
            .all([dnsNameLabel, settings.location])
            .apply(([label, location]) => containerGroupFqdn(label, location)),
    };
}

/** A digest of the contents. Secret, because a short secret among them could be guessed from it. */
function digest(contents: object): pulumi.Output<string> {
    return pulumi.secret(
        pulumi
            .output(contents)
            .apply(known => createHash("sha256").update(JSON.stringify(known, sortKeys)).digest("hex")),
    );
}

/** A replacer for `JSON.stringify` that makes the result independent of the order of keys. */
function sortKeys(_key: string, value: unknown): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
