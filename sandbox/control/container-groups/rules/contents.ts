import type { ContainerGroupProperties } from "../model";
import type { ContainerGroupRule } from "./rule";

/** "Unchangeable (Hard) Limits" ("Resource availability & quota limits for ACI"). */
const MAXIMUM_CONTAINERS = 60;
const MAXIMUM_VOLUMES = 20;

/** The longest argument or variable that Linux starts a program with, with the zero byte at its end (execve(2), MAX_ARG_STRLEN). */
const MAXIMUM_ARGUMENT_BYTES = 128 * 1024 - 1;

/** The reference grammar of container registries (distribution/reference), without the length of each part. */
const IMAGE =
    /^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?(:\d+)?\/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(\/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

const WORKSPACE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const quotas: ContainerGroupRule = ({ name, properties }) => {
    for (const [kind, count, maximum] of [
        ["containers", properties.containers?.length ?? 0, MAXIMUM_CONTAINERS],
        ["volumes", properties.volumes?.length ?? 0, MAXIMUM_VOLUMES],
    ] as const) {
        if (count <= maximum) continue;
        return {
            code: "ContainerGroupQuotaReached",
            message: `The container group '${name}' has ${count} ${kind}. The maximum is ${maximum}.`,
        };
    }
    return undefined;
};

const images: ContainerGroupRule = ({ name, properties }) => {
    const bad = allContainers(properties).find(({ properties: { image } }) => !IMAGE.test(image));
    if (bad === undefined) return undefined;
    return {
        code: "InvalidContainerImage",
        message: `The image '${bad.properties.image}' in container '${bad.name}' of container group '${name}' is invalid.`,
    };
};

/** Not refused by Azure: the container could not start. The sandbox says it at once. */
const startable: ContainerGroupRule = ({ name, properties }) => {
    for (const { name: container, properties: members } of allContainers(properties)) {
        const { command = [], environmentVariables = [] } = members;
        const variables = environmentVariables.map(
            variable => `${variable.name}=${variable.value ?? variable.secureValue ?? ""}`,
        );
        if (![...command, ...variables].some(text => Buffer.byteLength(text) > MAXIMUM_ARGUMENT_BYTES))
            continue;
        return {
            code: "ContainerCannotStart",
            message: `The container '${container}' in container group '${name}' has an argument or a variable of more than ${MAXIMUM_ARGUMENT_BYTES} bytes, which Linux cannot start a program with.`,
        };
    }
    return undefined;
};

/** A variable has a value or a secure value. */
const variables: ContainerGroupRule = ({ name, properties }) => {
    for (const { name: container, properties: members } of allContainers(properties)) {
        const all = members.environmentVariables ?? [];
        const bad = all.find(
            (one, index) =>
                (one.value !== undefined && one.secureValue !== undefined) ||
                all.findIndex(other => other.name === one.name) !== index,
        );
        if (bad === undefined) continue;
        return {
            code: "InvalidEnvironmentVariable",
            message: `The environment variable '${bad.name}' in container '${container}' of container group '${name}' must be set once, either as value or as secureValue.`,
        };
    }
    return undefined;
};

/** One credential for each server: a user name with a password, or an identity of the group. */
const registryCredentials: ContainerGroupRule = ({ name, properties, identities }) => {
    const all = properties.imageRegistryCredentials ?? [];
    for (const [index, { server, username, password, identity }] of all.entries()) {
        const reason =
            (all.findIndex(other => other.server.toLowerCase() === server.toLowerCase()) !== index &&
                "the server is listed twice") ||
            (!/^[a-z0-9][a-z0-9.-]*(:\d+)?$/i.test(server) && "the server is not a host name") ||
            (identity === undefined && (!username || !password) && "it needs a user name and a password") ||
            (identity !== undefined &&
                !identities.some(one => one.toLowerCase() === identity.toLowerCase()) &&
                `the identity '${identity}' is not an identity of the container group`);
        if (!reason) continue;
        return {
            code: "InvalidImageRegistryCredential",
            message: `The image registry credential for '${server}' in container group '${name}' is invalid: ${reason}.`,
        };
    }
    return undefined;
};

/** "Log Analytics workspace ID": the customer id of the workspace. */
const workspace: ContainerGroupRule = ({ name, properties }) => {
    const id = properties.diagnostics?.logAnalytics?.workspaceId;
    if (id === undefined || WORKSPACE_ID.test(id)) return undefined;
    return {
        code: "InvalidLogAnalyticsWorkspaceId",
        message: `The workspace ID '${id}' in container group '${name}' is invalid. It must be a GUID.`,
    };
};

export const contentRules: readonly ContainerGroupRule[] = [
    quotas,
    images,
    variables,
    startable,
    registryCredentials,
    workspace,
];

function allContainers(properties: ContainerGroupProperties) {
    return [...(properties.initContainers ?? []), ...(properties.containers ?? [])];
}
