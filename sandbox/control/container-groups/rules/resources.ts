import type { Container } from "../model";
import type { ContainerGroupRule } from "./rule";

/** The minimum total of a group ("Resource availability & quota limits for ACI"). One container may have less. */
const MINIMUM = { Cpu: 1, MemoryInGB: 1 } as const;

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

const memorySteps: ContainerGroupRule = ({ name, properties }) => {
    const bad = properties.containers?.find(container => {
        const tenths = requested(container, "memoryInGB") * 10;
        return Math.abs(tenths - Math.round(tenths)) > 1e-9;
    });
    if (bad === undefined) return undefined;
    return {
        code: "InvalidMemoryRequest",
        message: `The memory requirement of container '${bad.name}' in container group '${name}' should be in increments of 0.1 GB.`,
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
    memorySteps,
    groupMinimum,
    limitBelowRequest,
    limitAboveTotal,
];

function requested(container: Container, key: "cpu" | "memoryInGB"): number {
    return container.properties.resources?.requests?.[key] ?? 0;
}

function totalOf(containers: readonly Container[], key: "cpu" | "memoryInGB"): number {
    return containers.reduce((total, container) => total + requested(container, key), 0);
}

function rounded(value: number): number {
    return Math.round(value * 1000) / 1000;
}
