import type { Change } from "../protocol/difference";
import { isObject, type Properties, type Value } from "../protocol/values";
import type { Configuration } from "./configuration";
import type { Kind } from "./discovery";
import { at } from "./objects";

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
 * The properties that the provider knows to be immutable, by group and kind. It does not know them all: changing
 * another one fails with the API server's own words.
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

/** The properties of an object, without positions in lists, whose change replaces it. */
export function replacingProperties(
    { group, kind }: Kind,
    news: Properties,
    mutable: Pick<Configuration, "enableConfigMapMutable" | "enableSecretMutable">,
): string[] {
    const isImmutable = at(news, "immutable") === true;
    const own = BY_KIND[`${group}/${kind}`] ?? [];
    if (group === "" && kind === "Secret" && (!mutable.enableSecretMutable || isImmutable))
        return [...ALWAYS, ...SECRET];
    if (group === "" && kind === "ConfigMap" && (!mutable.enableConfigMapMutable || isImmutable))
        return [...ALWAYS, ...CONFIG_MAP];
    return [...ALWAYS, ...own];
}

/** Whether `change` is at or below one of these properties, or adds something that holds one of them. */
export function replaces(change: Change, properties: string[], news: Properties): boolean {
    return properties.some(property => {
        if (change.pattern === property || change.pattern.startsWith(`${property}.`)) return true;
        return property.startsWith(`${change.pattern}.`) && holds(news, property.split("."));
    });
}

/** Whether there is something at a path that passes over positions in lists. */
function holds(value: Value | undefined, path: string[]): boolean {
    if (Array.isArray(value)) return value.some(item => holds(item, path));
    const [first, ...rest] = path;
    if (first === undefined) return value !== undefined;
    return isObject(value) && holds(value[first], rest);
}
