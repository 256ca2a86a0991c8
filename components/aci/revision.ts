import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { containerGroupFqdn } from "../dns/leaf-label";
import { REVISION_LENGTH, revisionGroupName, revisionLabel } from "./revision-name";
import type { AciSettings } from "./settings";

/** What tells one container group from another that serves the same. */
export interface GroupNames {
    /** Absent: Pulumi makes one up, and keeps it. */
    containerGroupName?: pulumi.Input<string>;
    dnsNameLabel: pulumi.Input<string>;
    /** Azure's name for the group. */
    fqdn: pulumi.Input<string>;
}

/** The names that stay while the group does. */
export function fixedNames({ containerGroupName, dnsNameLabel, fqdn }: AciSettings): GroupNames {
    return { containerGroupName, dnsNameLabel, fqdn };
}

/**
 * The names of the revision that serves this. Whatever changes of it makes another revision, whose name was never there
 * before: a name derived from the contents would come back with them, and after an update that failed that is the name of a
 * group which the engine is about to delete.
 */
export function revisionNames(
    name: string,
    settings: AciSettings,
    serves: object,
    parent: pulumi.Resource,
): GroupNames {
    const revision = new random.RandomString(
        `${name}-revision`,
        {
            length: REVISION_LENGTH,
            upper: false,
            special: false,
            keepers: { serves: digest(serves) },
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

/** Secret, because what it is made from is: a short secret could be found by trying. */
function digest(serves: object): pulumi.Output<string> {
    return pulumi.secret(
        pulumi
            .output(serves)
            .apply(known => createHash("sha256").update(JSON.stringify(known, sorted)).digest("hex")),
    );
}

/** The same contents in another order are the same. */
function sorted(_key: string, value: unknown): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
