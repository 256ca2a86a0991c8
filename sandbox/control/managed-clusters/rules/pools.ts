import type { AgentPool } from "../model";
import type { ManagedClusterRule, Refusal } from "./rule";

/** Linux pools only ("Create a node pool", limitations). */
const NAME = /^[a-z][a-z0-9]{0,11}$/;
const MAXIMUM_NODES = 1_000;

/** A rule for one pool. */
type PoolRule = (pool: AgentPool) => Refusal | undefined;

const poolName: PoolRule = ({ name }) => {
    if (NAME.test(name)) return undefined;
    return invalid("name", `'${name}'. Use 1 to 12 lower-case letters and digits, starting with a letter`);
};

/** "VM SKUs with fewer than 2 vCPUs might not be used with AKS" ("Quotas, virtual machine size restrictions, and region availability"). */
const size: PoolRule = ({ vmSize = "" }) => {
    if (!/^[A-Z][A-Za-z]*_[A-Z]+\d/.test(vmSize)) return invalid("vmSize", `'${vmSize}' is not a VM size`);
    if (!/^[A-Za-z]+_[A-Z]+[01](?!\d)/.test(vmSize)) return undefined;
    return invalid("vmSize", `'${vmSize}' has fewer than 2 vCPUs`);
};

/** Zones are numbered in each subscription ("Use availability zones in AKS"). */
const zones: PoolRule = ({ availabilityZones = [] }) => {
    const bad = availabilityZones.find(
        (zone, index) => !/^[1-9]$/.test(zone) || availabilityZones.indexOf(zone) !== index,
    );
    return bad === undefined ? undefined : invalid("availabilityZones", `'${bad}'`);
};

const count: PoolRule = ({ name, count: nodes = 1, mode }) => {
    const minimum = mode === "System" ? 1 : 0;
    if (nodes >= minimum && nodes <= MAXIMUM_NODES) return undefined;
    return invalid(
        "count",
        `pool '${name}' has ${nodes} nodes. A pool of mode ${mode ?? "User"} has ${minimum} to ${MAXIMUM_NODES}`,
    );
};

const autoscaling: PoolRule = ({ name, enableAutoScaling, minCount, maxCount, count: nodes = 1 }) => {
    if (!enableAutoScaling) {
        if (minCount === undefined && maxCount === undefined) return undefined;
        return invalid("minCount", `pool '${name}' sets minCount or maxCount without enableAutoScaling`);
    }
    if (minCount === undefined || maxCount === undefined) {
        return invalid("minCount", `pool '${name}' sets enableAutoScaling without minCount and maxCount`);
    }
    if (minCount <= nodes && nodes <= maxCount) return undefined;
    return invalid(
        "count",
        `pool '${name}' has ${nodes} nodes, which is not between minCount ${minCount} and maxCount ${maxCount}`,
    );
};

const eachPool: ManagedClusterRule = ({ properties }) => {
    for (const pool of properties.agentPoolProfiles ?? []) {
        for (const rule of [poolName, size, zones, count, autoscaling]) {
            const refusal = rule(pool);
            if (refusal) return refusal;
        }
    }
    return undefined;
};

const hasSystemPool: ManagedClusterRule = ({ properties: { agentPoolProfiles: pools = [] } }) => {
    if (pools.length === 0) {
        return {
            code: "InvalidParameter",
            message: "Required parameter agentPoolProfiles is missing (null).",
            target: "agentPoolProfiles",
        };
    }
    if (pools.some(({ mode }) => mode === "System")) return undefined;
    return invalid("mode", "at least one agent pool must have mode System");
};

const uniquePoolNames: ManagedClusterRule = ({ properties: { agentPoolProfiles: pools = [] } }) => {
    const names = pools.map(({ name }) => name);
    const duplicate = names.find((one, index) => names.indexOf(one) !== index);
    return duplicate === undefined ? undefined : invalid("name", `two pools are named '${duplicate}'`);
};

const subnets: ManagedClusterRule = ({ properties, exists }) => {
    const ids = (properties.agentPoolProfiles ?? []).flatMap(({ vnetSubnetID }) => vnetSubnetID ?? []);
    const missing = ids.find(id => !exists(id));
    return missing === undefined
        ? undefined
        : invalid("vnetSubnetID", `the subnet '${missing}' does not exist`);
};

export const poolRules: readonly ManagedClusterRule[] = [hasSystemPool, eachPool, uniquePoolNames, subnets];

function invalid(member: string, reason: string): Refusal {
    return {
        code: "InvalidParameter",
        message: `The value of parameter agentPoolProfile.${member} is invalid: ${reason}.`,
        target: `agentPoolProfile.${member}`,
    };
}
