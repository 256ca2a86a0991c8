import type { ContainerGroupRule } from "./rule";

const MEBIBYTE = 1024 * 1024;

/** The maximum total size of a secret volume ("Mount a secret volume in Azure Container Instances"). */
const SECRET_LIMIT_BYTES = MEBIBYTE;

/** Only confidential groups may have privileged containers ("Confidential containers on ACI"). */
const privileged: ContainerGroupRule = ({ name, properties }) => {
    if (properties.sku?.toLowerCase() === "confidential") return undefined;
    const containers = [...(properties.initContainers ?? []), ...(properties.containers ?? [])];
    const bad = containers.find(container => container.properties.securityContext?.privileged === true);
    if (bad === undefined) return undefined;
    return {
        code: "PrivilegedContainerNotSupported",
        message: `The container '${bad.name}' in container group '${name}' is privileged. Only groups of SKU 'Confidential' can have privileged containers.`,
    };
};

const secretSize: ContainerGroupRule = ({ name, properties }) => {
    for (const volume of properties.volumes ?? []) {
        const size = Object.values(volume.secret ?? {}).reduce((sum, value) => sum + value.length, 0);
        if (size <= SECRET_LIMIT_BYTES) continue;
        return {
            code: "SecretVolumeTooLarge",
            message: `The secrets of volume '${volume.name}' in container group '${name}' are larger than ${SECRET_LIMIT_BYTES} bytes.`,
        };
    }
    return undefined;
};

/** Refuses features of Azure that the sandbox lacks, because ignoring them would give wrong results. */
const unsupportedFeatures: ContainerGroupRule = ({ name, properties }) => {
    const containers = [...(properties.initContainers ?? []), ...(properties.containers ?? [])];
    const unsupported =
        (properties.osType?.toLowerCase() === "windows" && "Windows containers") ||
        (properties.volumes?.some(({ gitRepo }) => gitRepo !== undefined) && "gitRepo volumes") ||
        (containers.some(one => one.properties.securityContext?.seccompProfile !== undefined) &&
            "seccomp profiles") ||
        (properties.containers?.some(one => one.properties.configMap !== undefined) && "config maps");
    if (!unsupported) return undefined;
    return {
        code: "NotSupportedBySandbox",
        message: `The container group '${name}' uses ${unsupported}, which the sandbox does not support. Azure may support them.`,
    };
};

export const supportRules: readonly ContainerGroupRule[] = [privileged, secretSize, unsupportedFeatures];
