import { isDeepStrictEqual } from "node:util";
import type { AgentPool, ManagedClusterProperties, NetworkProfile } from "../model";
import type { ManagedClusterRule, Refusal } from "./rule";

const CLUSTER: readonly (keyof ManagedClusterProperties)[] = [
    "dnsPrefix",
    "fqdnSubdomain",
    "nodeResourceGroup",
    "diskEncryptionSetID",
    "linuxProfile",
    "enableRBAC",
];

/**
 * Azure supports some migrations, such as to the overlay network or to another dataplane. The sandbox refuses every
 * change, because Pulumi's provider replaces the cluster for it.
 */
const NETWORK: readonly (keyof NetworkProfile)[] = [
    "networkPlugin",
    "networkPluginMode",
    "networkPolicy",
    "networkDataplane",
    "networkMode",
    "podCidr",
    "serviceCidr",
    "dnsServiceIP",
    "outboundType",
    "loadBalancerSku",
];

const POOL: readonly (keyof AgentPool)[] = [
    "vmSize",
    "availabilityZones",
    "vnetSubnetID",
    "osType",
    "osDiskSizeGB",
    "maxPods",
    "type",
];

const clusterProperties: ManagedClusterRule = ({ properties, previous }) => {
    if (previous === undefined) return undefined;
    return (
        firstChange("", CLUSTER, previous, properties) ??
        firstChange(
            "networkProfile.",
            NETWORK,
            previous.networkProfile ?? {},
            properties.networkProfile ?? {},
        )
    );
};

const poolProperties: ManagedClusterRule = ({ properties, previous }) => {
    for (const pool of properties.agentPoolProfiles ?? []) {
        const before = previous?.agentPoolProfiles?.find(({ name }) => name === pool.name);
        const refusal = before && firstChange("agentPoolProfile.", POOL, before, pool);
        if (refusal) return refusal;
    }
    return undefined;
};

export const immutabilityRules: readonly ManagedClusterRule[] = [clusterProperties, poolProperties];

function firstChange<Value extends object>(
    prefix: string,
    names: readonly (keyof Value & string)[],
    before: Value,
    after: Value,
): Refusal | undefined {
    const changed = names.find(name => !isDeepStrictEqual(comparable(before[name]), comparable(after[name])));
    if (changed === undefined) return undefined;
    const target = `${prefix}${changed}`;
    return {
        code: "PropertyChangeNotAllowed",
        message: `Changing property '${target}' is not allowed.`,
        target,
    };
}

/** Ids and names are compared without case. */
function comparable(value: unknown): unknown {
    return typeof value === "string" ? value.toLowerCase() : value;
}
