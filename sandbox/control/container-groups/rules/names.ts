import type { ContainerGroupRule } from "./rule";

/** 1–63 lower-case letters, digits and '-', with no '-' at either end ("Resource name rules", Container Instances). */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** 5–63 characters. Azure returns the label in the requested case. */
const LABEL = /^[a-z][-a-z0-9]{3,61}[a-z0-9]$/i;

const ENVIRONMENT_NAME = /^[A-Za-z0-9_]{1,63}$/;

function groupName({ name }: { name: string }) {
    if (NAME.test(name)) return undefined;
    return {
        code: "InvalidContainerGroupName",
        message: `The container group name '${name}' is invalid. It can contain only lowercase letters, numbers and hyphens, must start and end with a letter or number, and be between 1 and 63 characters long.`,
    };
}

const containerNames: ContainerGroupRule = ({ name, properties }) => {
    const bad = allContainers(properties).find(container => !NAME.test(container.name));
    if (bad === undefined) return undefined;
    return {
        code: "InvalidContainerName",
        message: `The container name '${bad.name}' in container group '${name}' is invalid. It can contain only lowercase letters, numbers and hyphens, must start and end with a letter or number, and be between 1 and 63 characters long.`,
    };
};

const uniqueContainerNames: ContainerGroupRule = ({ name, properties }) => {
    const names = allContainers(properties).map(container => container.name);
    const duplicate = names.find((one, index) => names.indexOf(one) !== index);
    if (duplicate === undefined) return undefined;
    return {
        code: "DuplicateContainerName",
        message: `The container name '${duplicate}' is used more than once in container group '${name}'.`,
    };
};

const hasContainer: ContainerGroupRule = ({ name, properties }) => {
    if (properties.containers && properties.containers.length > 0) return undefined;
    return {
        code: "ContainersNotSpecified",
        message: `The containers in container group '${name}' cannot be empty.`,
    };
};

const osType: ContainerGroupRule = ({ name, properties }) => {
    if (/^(linux|windows)$/i.test(properties.osType ?? "")) return undefined;
    return {
        code: "InvalidOsType",
        message: `The 'osType' for container group '${name}' is invalid. The value must be one of 'Windows,Linux'.`,
    };
};

const dnsLabel: ContainerGroupRule = ({ name, properties }) => {
    const label = properties.ipAddress?.dnsNameLabel;
    if (label === undefined || LABEL.test(label)) return undefined;
    return {
        code: "InvalidDnsNameLabel",
        message: `The DNS name label '${label}' in container group '${name}' is invalid. It can contain only lowercase letters, numbers and hyphens. The first character must be a letter. The last character must be a letter or number. The value must be between 5 and 63 characters long.`,
    };
};

const environmentNames: ContainerGroupRule = ({ name, properties }) => {
    for (const container of allContainers(properties)) {
        const bad = container.properties.environmentVariables?.find(one => !ENVIRONMENT_NAME.test(one.name));
        if (bad === undefined) continue;
        return {
            code: "InvalidEnvironmentVariableName",
            message: `The environment variable name '${bad.name}' in container '${container.name}' of container group '${name}' is invalid. It can contain only letters, numbers and underscores and be between 1 and 63 characters long.`,
        };
    }
    return undefined;
};

export const nameRules: readonly ContainerGroupRule[] = [
    groupName,
    osType,
    hasContainer,
    containerNames,
    uniqueContainerNames,
    environmentNames,
    dnsLabel,
];

function allContainers(properties: Parameters<ContainerGroupRule>[0]["properties"]) {
    return [...(properties.initContainers ?? []), ...(properties.containers ?? [])];
}
