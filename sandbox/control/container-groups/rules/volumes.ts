import type { Volume } from "../model";
import type { ContainerGroupRule } from "./rule";

/** 5–63 lower-case letters, digits and '-', no two hyphens in a row ("Resource name rules", Container Instances). */
const NAME = /^(?!.*--)[a-z0-9][-a-z0-9]{3,61}[a-z0-9]$/;

/** Keys that Kubernetes accepts in a secret. Azure's service uses Kubernetes too. */
const SECRET_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const volumeNames: ContainerGroupRule = ({ name, properties }) => {
    const bad = properties.volumes?.find(volume => !NAME.test(volume.name));
    if (bad === undefined) return undefined;
    return {
        code: "InvalidVolumeName",
        message: `The volume name '${bad.name}' in container group '${name}' is invalid. It can contain only lowercase letters, numbers and hyphens, no two hyphens in a row, and be between 5 and 63 characters long.`,
    };
};

const uniqueVolumeNames: ContainerGroupRule = ({ name, properties }) => {
    const names = (properties.volumes ?? []).map(volume => volume.name);
    const duplicate = names.find((one, index) => names.indexOf(one) !== index);
    if (duplicate === undefined) return undefined;
    return {
        code: "DuplicateVolumeName",
        message: `The volume name '${duplicate}' is used more than once in container group '${name}'.`,
    };
};

const oneSource: ContainerGroupRule = ({ name, properties }) => {
    const bad = properties.volumes?.find(volume => sourcesOf(volume).length !== 1);
    if (bad === undefined) return undefined;
    return {
        code: "InvalidVolume",
        message: `The volume '${bad.name}' in container group '${name}' is invalid. It must have exactly one of azureFile, emptyDir, gitRepo and secret.`,
    };
};

const secretContents: ContainerGroupRule = ({ name, properties }) => {
    for (const volume of properties.volumes ?? []) {
        for (const [key, value] of Object.entries(volume.secret ?? {})) {
            // The message must not contain the value, which is a secret.
            if (!SECRET_KEY.test(key) || !BASE64.test(value)) {
                return {
                    code: "InvalidSecretVolume",
                    message: `The secret '${key}' of volume '${volume.name}' in container group '${name}' is invalid. Use a file name as the key and base64 as the value.`,
                };
            }
        }
    }
    return undefined;
};

const mountedVolumes: ContainerGroupRule = ({ name, properties }) => {
    const declared = new Set((properties.volumes ?? []).map(volume => volume.name));
    for (const container of [...(properties.initContainers ?? []), ...(properties.containers ?? [])]) {
        for (const mount of container.properties.volumeMounts ?? []) {
            if (!declared.has(mount.name)) {
                return {
                    code: "VolumeMountNotFound",
                    message: `The volume '${mount.name}' that container '${container.name}' mounts is not a volume of container group '${name}'.`,
                };
            }
            if (!mount.mountPath.startsWith("/") || mount.mountPath.includes(":")) {
                return {
                    code: "InvalidVolumeMountPath",
                    message: `The mount path '${mount.mountPath}' of container '${container.name}' in container group '${name}' is invalid. It must be absolute and must not contain a colon.`,
                };
            }
        }
    }
    return undefined;
};

export const volumeRules: readonly ContainerGroupRule[] = [
    volumeNames,
    uniqueVolumeNames,
    oneSource,
    secretContents,
    mountedVolumes,
];

function sourcesOf({ azureFile, emptyDir, gitRepo, secret }: Volume): object[] {
    return [azureFile, emptyDir, gitRepo, secret].filter(source => source !== undefined);
}
