import type { Change } from "../protocol/difference";
import { isObject, type Properties, type Value } from "../protocol/values";
import type { Configuration } from "./configuration";
import type { Kind } from "./discovery";
import { at } from "./objects";

/** Immutable for all kinds. */
const ALWAYS = ["metadata.name", "metadata.namespace"];
const SECRET = ["type", "stringData", "data"];
const CONFIG_MAP = ["binaryData", "data"];

const CONTAINER_FIELDS = [
    "args",
    "command",
    "env",
    "image",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "ports",
    "readinessProbe",
    "resources",
    "securityContext",
    "stdin",
    "stdinOnce",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
];

const POD_FIELDS = [
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostname",
    "imagePullSecrets",
    "nodeName",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "readinessGates",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "shareProcessNamespace",
    "subdomain",
    "terminationGracePeriodSeconds",
    "volumes",
];

const VOLUME_SOURCES = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

/**
 * The properties that the real provider treats as immutable, by group and kind. The list is not complete: a change of
 * another immutable property fails with the error of the API server.
 */
const BY_KIND: Record<string, string[]> = {
    "apps/DaemonSet": ["spec.selector"],
    "apps/Deployment": ["spec.selector"],
    "apps/StatefulSet": [
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    "/PersistentVolume": VOLUME_SOURCES.map(source => `spec.${source}`),
    "/PersistentVolumeClaim": [
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeName",
    ],
    "/Pod": [
        ...POD_FIELDS.map(field => `spec.${field}`),
        ...CONTAINER_FIELDS.map(field => `spec.containers.${field}`),
        ...CONTAINER_FIELDS.map(field => `spec.initContainers.${field}`),
    ],
    "/ResourceQuota": ["spec.scopes"],
    "/Secret": ["type"],
    "/Service": ["spec.clusterIP"],
    "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
    "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
    "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** The property paths, without list indices, whose change replaces the object. */
export function immutableProperties(
    { group, kind }: Kind,
    news: Properties,
    mutable: Pick<Configuration, "enableConfigMapMutable" | "enableSecretMutable">,
): string[] {
    const isImmutable = at(news, "immutable") === true;
    const ofKind = BY_KIND[`${group}/${kind}`] ?? [];
    if (group === "" && kind === "Secret" && (!mutable.enableSecretMutable || isImmutable))
        return [...ALWAYS, ...SECRET];
    if (group === "" && kind === "ConfigMap" && (!mutable.enableConfigMapMutable || isImmutable))
        return [...ALWAYS, ...CONFIG_MAP];
    return [...ALWAYS, ...ofKind];
}

/** Whether `change` is at or below one of these properties, or adds an object that contains one of them. */
export function replaces(change: Change, properties: string[], news: Properties): boolean {
    return properties.some(property => {
        if (change.pattern === property || change.pattern.startsWith(`${property}.`)) return true;
        return property.startsWith(`${change.pattern}.`) && hasValueAt(news, property.split("."));
    });
}

/** Whether there is a value at a path without list indices. */
function hasValueAt(value: Value | undefined, path: string[]): boolean {
    if (Array.isArray(value)) return value.some(item => hasValueAt(item, path));
    const [first, ...rest] = path;
    if (first === undefined) return value !== undefined;
    return isObject(value) && hasValueAt(value[first], rest);
}
