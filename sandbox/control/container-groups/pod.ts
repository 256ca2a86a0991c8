import { createHash } from "node:crypto";
import type {
    V1Container,
    V1EnvVar,
    V1Pod,
    V1Probe,
    V1Secret,
    V1SecurityContext,
    V1Volume,
} from "@kubernetes/client-node";
import type {
    Container,
    ContainerGroupProperties,
    EnvironmentVariable,
    InitContainer,
    Probe,
    SecurityContext,
    Volume,
    VolumeMount,
} from "./model";

/** The Kubernetes objects of one container group. */
export interface PodManifests {
    pod: V1Pod;
    secrets: V1Secret[];
}

/** The environment of the pods. */
export interface PodHost {
    /** The folder with the files of an Azure file share. */
    shareFolder: (storageAccount: string, share: string) => string;
    /** Address of Azure's DNS server. @default that of the node */
    nameServer?: string;
}

export interface PodInput extends PodHost {
    /** ARM id of the container group. */
    id: string;
    name: string;
    properties: ContainerGroupProperties;
    /** A restart increments it, and each generation has a new pod. */
    generation: number;
    namespace: string;
}

/** The annotation with the ARM id of the container group. */
export const ID_ANNOTATION = "sandbox/container-group-id";
/** See {@link groupKey}. A label value cannot contain an ARM id. */
export const GROUP_LABEL = "sandbox/container-group";
export const GENERATION_LABEL = "sandbox/generation";

/** Time to complete requests after SIGTERM. A container that ignores SIGTERM delays an update by this time. */
const GRACE_SECONDS = 10;

/** Minimal reservation for the scheduler, so that groups share one machine whatever they request. Limits are enforced. */
const RESERVATION = { cpu: "1m", memory: "1Mi" };

/** A digest of the ARM id that identifies a container group in labels and names. */
export function groupKey(id: string): string {
    return createHash("sha256").update(id.toLowerCase()).digest("hex").slice(0, 10);
}

/** The pod of a container group and its secrets. */
export function podManifests(input: PodInput): PodManifests {
    const { id, name, properties, generation, namespace } = input;
    const labels = { [GROUP_LABEL]: groupKey(id), [GENERATION_LABEL]: String(generation) };
    const podName = `${name.slice(0, 40).replace(/-+$/, "")}-${groupKey(id)}-${generation}`;
    const metadata = (suffix: string) => ({ name: `${podName}${suffix}`, namespace, labels });
    const secretName = (purpose: string) => `${podName}-${purpose}`;

    const containers = properties.containers ?? [];
    const initContainers = properties.initContainers ?? [];
    const secrets: V1Secret[] = [];
    const secureValues = secureValuesOf([...initContainers, ...containers]);
    if (Object.keys(secureValues).length > 0) {
        secrets.push({ metadata: metadata("-environment"), data: secureValues });
    }
    for (const { name: volume, secret } of properties.volumes ?? []) {
        if (secret) secrets.push({ metadata: metadata(`-${volume}`), data: secret });
    }
    const credentials = (properties.imageRegistryCredentials ?? []).filter(one => one.password !== undefined);
    if (credentials.length > 0) {
        secrets.push({
            metadata: metadata("-registry"),
            type: "kubernetes.io/dockerconfigjson",
            data: { ".dockerconfigjson": base64(dockerConfiguration(credentials)) },
        });
    }

    const environment = secretName("environment");
    const readOnlyVolumes = readOnlyShares(properties);
    const pod: V1Pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...metadata(""), annotations: { [ID_ANNOTATION]: id } },
        spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            restartPolicy: properties.restartPolicy ?? "Always",
            terminationGracePeriodSeconds: GRACE_SECONDS,
            ...dnsOf(properties, input.nameServer),
            ...(credentials.length > 0 && { imagePullSecrets: [{ name: secretName("registry") }] }),
            ...(initContainers.length > 0 && {
                initContainers: initContainers.map(one => commonPart(one, environment, readOnlyVolumes)),
            }),
            containers: containers.map(one => containerOf(one, environment, readOnlyVolumes)),
            ...((properties.volumes?.length ?? 0) > 0 && {
                volumes: properties.volumes?.map(volume => volumeOf(volume, secretName, input.shareFolder)),
            }),
        },
    };
    return { pod, secrets };
}

function containerOf(
    container: Container,
    environment: string,
    readOnlyVolumes: ReadonlySet<string>,
): V1Container {
    const { ports, resources, livenessProbe, readinessProbe } = container.properties;
    const cpu = resources?.limits?.cpu ?? resources?.requests?.cpu;
    const memoryInGB = resources?.limits?.memoryInGB ?? resources?.requests?.memoryInGB;
    return {
        ...commonPart(container, environment, readOnlyVolumes),
        ...(ports && {
            ports: ports.map(({ port, protocol = "TCP" }) => ({ containerPort: port, protocol })),
        }),
        resources: {
            requests: RESERVATION,
            limits: {
                ...(cpu !== undefined && { cpu: `${Math.round(cpu * 1000)}m` }),
                ...(memoryInGB !== undefined && { memory: `${Math.round(memoryInGB * 1024)}Mi` }),
            },
        },
        ...(livenessProbe && { livenessProbe: probeOf(livenessProbe) }),
        ...(readinessProbe && { readinessProbe: probeOf(readinessProbe) }),
    };
}

/** The fields that containers and init containers share. */
function commonPart(
    container: Container | InitContainer,
    environment: string,
    readOnlyVolumes: ReadonlySet<string>,
): V1Container {
    const { image, command, environmentVariables, volumeMounts, securityContext } = container.properties;
    return {
        name: container.name,
        image,
        imagePullPolicy: "IfNotPresent",
        ...(command && { command: command.map(literal) }),
        ...(environmentVariables && {
            env: environmentVariables.map(one => variableOf(one, container.name, environment)),
        }),
        ...(volumeMounts && { volumeMounts: volumeMounts.map(one => mountOf(one, readOnlyVolumes)) }),
        ...(securityContext && { securityContext: securityOf(securityContext) }),
    };
}

function variableOf(variable: EnvironmentVariable, container: string, secret: string): V1EnvVar {
    const { name, value, secureValue } = variable;
    if (secureValue === undefined) return { name, value: literal(value ?? "") };
    return { name, valueFrom: { secretKeyRef: { name: secret, key: secureKey(container, name) } } };
}

/** Escapes `$(NAME)`, which Kubernetes expands in values and commands, and Azure does not. */
function literal(text: string): string {
    return text.replaceAll("$(", "$$$$(");
}

function mountOf({ name, mountPath, readOnly }: VolumeMount, readOnlyVolumes: ReadonlySet<string>) {
    const mountReadOnly = readOnlyVolumes.has(name) || readOnly;
    return { name, mountPath, ...(mountReadOnly !== undefined && { readOnly: mountReadOnly }) };
}

/** Names of the volumes whose share is read-only. It overrides the `readOnly` of mounts. */
function readOnlyShares({ volumes = [] }: ContainerGroupProperties): ReadonlySet<string> {
    return new Set(volumes.filter(({ azureFile }) => azureFile?.readOnly).map(({ name }) => name));
}

function probeOf({ exec, httpGet, ...timing }: Probe): V1Probe {
    const { initialDelaySeconds, periodSeconds, failureThreshold, successThreshold, timeoutSeconds } = timing;
    return {
        ...(exec && { exec: { command: exec.command } }),
        ...(httpGet && {
            httpGet: {
                path: httpGet.path ?? "/",
                port: httpGet.port,
                scheme: httpGet.scheme?.toUpperCase() ?? "HTTP",
                ...(httpGet.httpHeaders && {
                    httpHeaders: httpGet.httpHeaders.map(({ name, value }) => ({ name, value })),
                }),
            },
        }),
        ...defined({
            initialDelaySeconds,
            periodSeconds,
            failureThreshold,
            successThreshold,
            timeoutSeconds,
        }),
    };
}

function securityOf(context: SecurityContext): V1SecurityContext {
    const { privileged, allowPrivilegeEscalation, capabilities, runAsUser, runAsGroup } = context;
    return defined({ privileged, allowPrivilegeEscalation, capabilities, runAsUser, runAsGroup });
}

function volumeOf(
    { name, secret, azureFile }: Volume,
    secretName: (purpose: string) => string,
    shareFolder: PodInput["shareFolder"],
): V1Volume {
    if (secret) return { name, secret: { secretName: secretName(name) } };
    if (azureFile) {
        const path = shareFolder(azureFile.storageAccountName, azureFile.shareName);
        return { name, hostPath: { path, type: "Directory" } };
    }
    return { name, emptyDir: {} };
}

function dnsOf({ dnsConfig }: ContainerGroupProperties, nameServer: string | undefined) {
    if (dnsConfig === undefined) {
        return nameServer === undefined
            ? { dnsPolicy: "Default" }
            : { dnsPolicy: "None", dnsConfig: { nameservers: [nameServer] } };
    }
    const options = dnsConfig.options?.split(/\s+/).filter(Boolean);
    return {
        dnsPolicy: "None",
        dnsConfig: {
            nameservers: dnsConfig.nameServers,
            ...(dnsConfig.searchDomains !== undefined && {
                searches: dnsConfig.searchDomains.split(/\s+/).filter(Boolean),
            }),
            ...(options && {
                options: options.map(option => {
                    const [name, value] = option.split(":");
                    return { name, ...(value !== undefined && { value }) };
                }),
            }),
        },
    };
}

/** Secure values in base64, by `container.NAME`. They are stored in a Secret, and not in the pod's specification. */
function secureValuesOf(containers: readonly (Container | InitContainer)[]): Record<string, string> {
    return Object.fromEntries(
        containers.flatMap(({ name: container, properties: { environmentVariables = [] } }) =>
            environmentVariables
                .filter(({ secureValue }) => secureValue !== undefined)
                .map(({ name, secureValue }) => [secureKey(container, name), base64(secureValue ?? "")]),
        ),
    );
}

function secureKey(container: string, variable: string): string {
    return `${container}.${variable}`;
}

function dockerConfiguration(
    credentials: readonly { server: string; username?: string; password?: string }[],
): string {
    const entries = credentials.map(({ server, username = "", password = "" }) => [
        server,
        { username, password, auth: base64(`${username}:${password}`) },
    ]);
    return JSON.stringify({ auths: Object.fromEntries(entries) as object });
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}

function defined<Value extends object>(value: Value): Value {
    return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}
