import type { AgentPool } from "../model";
import type { ManagedClusterRule, Refusal } from "./rule";

/** Of Linux pools. */
const NAME = /^[a-z][a-z0-9]{0,11}$/;
const MAXIMUM_NODES = 1_000;

/** One refusal of one pool. */
type PoolRule = (pool: AgentPool) => Refusal | undefined;

const poolName: PoolRule = ({ name }) => {
    if (NAME.test(name)) return undefined;
    return invalid("name", `'${name}' is not 1 to 12 lower-case letters and digits that begin with a letter`);
};

const size: PoolRule = ({ vmSize }) => {
    if (vmSize !== undefined && vmSize !== "") return undefined;
    return {
        code: "InvalidParameter",
        message: "Required parameter agentPoolProfile.vmSize is missing (null).",
        target: "agentPoolProfile.vmSize",
    };
};

const count: PoolRule = ({ name, count: nodes = 1, mode }) => {
    const least = mode === "System" ? 1 : 0;
    if (nodes >= least && nodes <= MAXIMUM_NODES) return undefined;
    return invalid(
        "count",
        `${nodes} nodes in pool '${name}' of mode ${mode ?? "User"}, which has ${least} to ${MAXIMUM_NODES}`,
    );
};

const autoscaling: PoolRule = ({ name, enableAutoScaling, minCount, maxCount, count: nodes = 1 }) => {
    if (!enableAutoScaling) {
        if (minCount === undefined && maxCount === undefined) return undefined;
        return invalid("minCount", `minCount and maxCount of pool '${name}' need enableAutoScaling`);
    }
    if (minCount === undefined || maxCount === undefined) {
        return invalid("minCount", `pool '${name}' has enableAutoScaling without minCount and maxCount`);
    }
    if (minCount <= nodes && nodes <= maxCount) return undefined;
    return invalid("count", `${nodes} nodes in pool '${name}' are not between ${minCount} and ${maxCount}`);
};

const eachPool: ManagedClusterRule = ({ properties }) => {
    for (const pool of properties.agentPoolProfiles ?? []) {
        for (const rule of [poolName, size, count, autoscaling]) {
            const refusal = rule(pool);
            if (refusal) return refusal;
        }
    }
    return undefined;
};

const somePool: ManagedClusterRule = ({ properties: { agentPoolProfiles: pools = [] } }) => {
    if (pools.length === 0) {
        return {
            code: "InvalidParameter",
            message: "Required parameter agentPoolProfiles is missing (null).",
            target: "agentPoolProfiles",
        };
    }
    if (pools.some(({ mode }) => mode === "System")) return undefined;
    return invalid("mode", "there must be at least one agent pool of mode System");
};

const distinctPools: ManagedClusterRule = ({ properties: { agentPoolProfiles: pools = [] } }) => {
    const names = pools.map(({ name }) => name);
    const twice = names.find((one, index) => names.indexOf(one) !== index);
    return twice === undefined ? undefined : invalid("name", `there are two pools '${twice}'`);
};

const subnets: ManagedClusterRule = ({ properties, exists }) => {
    const ids = (properties.agentPoolProfiles ?? []).flatMap(({ vnetSubnetID }) => vnetSubnetID ?? []);
    const missing = ids.find(id => !exists(id));
    return missing === undefined
        ? undefined
        : invalid("vnetSubnetID", `the subnet '${missing}' does not exist`);
};

export const poolRules: readonly ManagedClusterRule[] = [somePool, eachPool, distinctPools, subnets];

function invalid(member: string, because: string): Refusal {
    return {
        code: "InvalidParameter",
        message: `The value of parameter agentPoolProfile.${member} is invalid: ${because}.`,
        target: `agentPoolProfile.${member}`,
    };
}
