import type { Container } from "../model";
import type { ContainerGroupRule } from "./rule";

/** The minimum total of a group ("Resource availability & quota limits for ACI"). One container may have less. */
const MINIMUM = { Cpu: 1, MemoryInGB: 1 } as const;

/** The maximum total of a group in any region (the same document). */
const MAXIMUM = { Cpu: 31, MemoryInGB: 240 } as const;

const KINDS = [
    ["Cpu", "cpu"],
    ["MemoryInGB", "memoryInGB"],
] as const;

const requestsGiven: ContainerGroupRule = ({ name, properties }) => {
    for (const container of properties.containers ?? []) {
        const requests = container.properties.resources?.requests;
        if (requests === undefined) {
            return {
                code: "ResourceRequestsNotSpecified",
                message: `The resource requests are not specified in container '${container.name}' of contain group '${name}'. Both memory and CPU requests are required since API version '2017-07-01-preview'.`,
            };
        }
        const missing = KINDS.find(([, key]) => requests[key] === undefined);
        if (missing) {
            return {
                code: "ResourceSomeRequestsNotSpecified",
                message: `The '${missing[0]}' request is not specified in container '${container.name}' of contain group '${name}'. It is required since API version '2017-07-01-preview'.`,
            };
        }
    }
    return undefined;
};

const requestsPositive: ContainerGroupRule = ({ name, properties }) => {
    for (const container of properties.containers ?? []) {
        const bad = KINDS.find(([, key]) => requested(container, key) <= 0);
        if (bad) {
            return {
                code: "InvalidResourceRequest",
                message: `The '${bad[0]}' request '${requested(container, bad[1])}' in container '${container.name}' of container group '${name}' is invalid. It must be greater than 0.`,
            };
        }
    }
    return undefined;
};

/** Azure/azure-cli#7355; the limit has the same step (virtual-kubelet/azure-aci, aci.go). */
const memorySteps: ContainerGroupRule = ({ name, properties }) => {
    const bad = properties.containers?.find(({ properties: { resources } }) =>
        [resources?.requests?.memoryInGB, resources?.limits?.memoryInGB].some(
            amount => !isMultiple(amount, 0.1),
        ),
    );
    if (bad === undefined) return undefined;
    return {
        code: "InvalidMemoryRequest",
        message: `The memory requirement of container '${bad.name}' in container group '${name}' should be in increments of 0.1 GB.`,
    };
};

/** Microsoft's virtual node rounds to this step: "ACI CPU request must be times of 10m" (virtual-kubelet/azure-aci, aci.go). */
const cpuSteps: ContainerGroupRule = ({ name, properties }) => {
    const bad = properties.containers?.find(
        ({ properties: { resources } }) => !isMultiple(resources?.requests?.cpu, 0.01),
    );
    if (bad === undefined) return undefined;
    return {
        code: "InvalidCpuRequest",
        message: `The CPU requirement of container '${bad.name}' in container group '${name}' should be in increments of 0.01.`,
    };
};

/** "GPU Container Resources": retired on 14 July 2025. */
const noGpus: ContainerGroupRule = ({ name, properties }) => {
    const bad = properties.containers?.find(
        ({ properties: { resources } }) => resources?.requests?.gpu ?? resources?.limits?.gpu,
    );
    if (bad === undefined) return undefined;
    return {
        code: "GpuNotSupported",
        message: `The container '${bad.name}' in container group '${name}' requests a GPU. GPU container groups were retired on July 14, 2025.`,
    };
};

const groupMinimum: ContainerGroupRule = ({ name, properties }) => {
    for (const [kind, key] of KINDS) {
        const total = totalOf(properties.containers ?? [], key);
        if (total + 1e-9 >= MINIMUM[kind]) continue;
        return {
            code: "ResourceRequestsBelowMinimum",
            message: `The total '${kind}' request '${rounded(total)}' of container group '${name}' is less than the minimum of '${MINIMUM[kind]}'.`,
        };
    }
    return undefined;
};

const groupMaximum: ContainerGroupRule = ({ name, properties }) => {
    for (const [kind, key] of KINDS) {
        const total = totalOf(properties.containers ?? [], key);
        if (total <= MAXIMUM[kind] + 1e-9) continue;
        return {
            code: "ResourceRequestsAboveMaximum",
            message: `The total '${kind}' request '${rounded(total)}' of container group '${name}' is greater than the maximum of '${MAXIMUM[kind]}'.`,
        };
    }
    return undefined;
};

const limitBelowRequest: ContainerGroupRule = ({ name, properties }) => {
    for (const container of properties.containers ?? []) {
        const { resources } = container.properties;
        const bad = KINDS.find(
            ([, key]) => (resources?.limits?.[key] ?? Infinity) < requested(container, key),
        );
        if (bad === undefined) continue;
        return {
            code: "ResourceLimitsLessThanRequests",
            message: `The resource requirement '${JSON.stringify(resources)}' in container '${container.name}' of contain group '${name}' is invalid. The '${bad[0]}' limit value must be greater than or equal to the request value.`,
        };
    }
    return undefined;
};

/** A container can use resources that other containers of its group do not use, up to the total of the group. */
const limitAboveTotal: ContainerGroupRule = ({ name, properties }) => {
    const containers = properties.containers ?? [];
    for (const container of containers) {
        for (const [kind, key] of KINDS) {
            const limit = container.properties.resources?.limits?.[key];
            const total = totalOf(containers, key);
            if (limit === undefined || limit <= total + 1e-9) continue;
            return {
                code: "ContainerLimitGreaterThanContainerGroupTotalRequest",
                message: `The '${kind}' limit '${limit}' in container '${container.name}' is greater than the total request '${rounded(total)}' of container group '${name}'.`,
            };
        }
    }
    return undefined;
};

export const resourceRules: readonly ContainerGroupRule[] = [
    requestsGiven,
    requestsPositive,
    noGpus,
    memorySteps,
    cpuSteps,
    groupMinimum,
    groupMaximum,
    limitBelowRequest,
    limitAboveTotal,
];

function requested(container: Container, key: "cpu" | "memoryInGB"): number {
    return container.properties.resources?.requests?.[key] ?? 0;
}

function totalOf(containers: readonly Container[], key: "cpu" | "memoryInGB"): number {
    return containers.reduce((total, container) => total + requested(container, key), 0);
}

/** Whether an amount is a multiple of `step`, within rounding errors. An absent amount is. */
function isMultiple(amount: number | undefined, step: number): boolean {
    if (amount === undefined) return true;
    const steps = amount / step;
    return Math.abs(steps - Math.round(steps)) < 1e-6;
}

function rounded(value: number): number {
    return Math.round(value * 1000) / 1000;
}
