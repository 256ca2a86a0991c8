import type { ContainerGroupRule } from "./rule";

const MEBIBYTE = 1024 * 1024;

/** "Deploy containers with secrets": what a secret volume may hold in all. */
const SECRET_LIMIT_BYTES = MEBIBYTE;

const probes: ContainerGroupRule = ({ name, properties }) => {
    for (const container of properties.containers ?? []) {
        for (const kind of ["livenessProbe", "readinessProbe"] as const) {
            const probe = container.properties[kind];
            if (probe === undefined || (probe.exec === undefined) !== (probe.httpGet === undefined)) continue;
            return {
                code: "InvalidProbe",
                message: `The ${kind} of container '${container.name}' in container group '${name}' is invalid. It must have exactly one of exec and httpGet.`,
            };
        }
    }
    return undefined;
};

/** Of standard groups; confidential ones may. */
const privileged: ContainerGroupRule = ({ name, properties }) => {
    if (properties.sku?.toLowerCase() === "confidential") return undefined;
    const containers = [...(properties.initContainers ?? []), ...(properties.containers ?? [])];
    const bad = containers.find(container => container.properties.securityContext?.privileged === true);
    if (bad === undefined) return undefined;
    return {
        code: "PrivilegedContainerNotSupported",
        message: `The container '${bad.name}' in container group '${name}' asks for privileges. Only groups of SKU 'Confidential' may have them.`,
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

/** Said at once: what Azure has and the sandbox has not would otherwise be left out in silence. */
const notInTheSandbox: ContainerGroupRule = ({ name, properties }) => {
    const containers = [...(properties.initContainers ?? []), ...(properties.containers ?? [])];
    const missing =
        (properties.osType?.toLowerCase() === "windows" && "Windows containers") ||
        (properties.volumes?.some(({ gitRepo }) => gitRepo !== undefined) && "gitRepo volumes") ||
        (containers.some(one => one.properties.securityContext?.seccompProfile !== undefined) &&
            "seccomp profiles") ||
        (properties.containers?.some(one => one.properties.configMap !== undefined) && "config maps") ||
        (properties.containers?.some(
            ({ properties: { resources } }) => resources?.requests?.gpu !== undefined,
        ) &&
            "GPUs");
    if (!missing) return undefined;
    return {
        code: "NotSupportedBySandbox",
        message: `The container group '${name}' uses ${missing}, which this sandbox does not have (Azure may).`,
    };
};

export const supportRules: readonly ContainerGroupRule[] = [probes, privileged, secretSize, notInTheSandbox];
