import type { GroupPort } from "../model";
import type { ContainerGroupRule } from "./rule";

/** Ports that Azure reserves ("Frequently asked questions", Container Instances). */
const RESERVED: readonly (readonly [from: number, to: number])[] = [
    [22, 22],
    [1025, 1027],
    [3389, 3399],
    [9999, 9999],
    [19000, 19000],
    [19080, 19080],
    [19100, 19100],
    [19390, 19390],
    [20000, 30000],
    [49152, 65534],
];

/** Whether Azure reserves a port. */
export function isReservedPort(port: number): boolean {
    return RESERVED.some(([from, to]) => from <= port && port <= to);
}

const portRange: ContainerGroupRule = ({ name, properties }) => {
    const bad = allPorts(properties).find(({ port }) => port < 1 || port > 65535);
    if (bad === undefined) return undefined;
    return {
        code: "InvalidPort",
        message: `The port '${bad.port}' in container group '${name}' is invalid. The value must be between 1 and 65535.`,
    };
};

const reservedPorts: ContainerGroupRule = ({ name, properties }) => {
    const reserved = allPorts(properties).find(({ port }) => isReservedPort(port));
    if (reserved === undefined) return undefined;
    return {
        code: "ReservedPort",
        message: `The port '${reserved.port}' in container group '${name}' is reserved by the system.`,
    };
};

/** The containers of a group share one network namespace, so each port can be used once. */
const uniqueContainerPorts: ContainerGroupRule = ({ name, properties }) => {
    const used = (properties.containers ?? []).flatMap(({ properties: { ports = [] } }) => ports.map(keyOf));
    const duplicate = used.find((one, index) => used.indexOf(one) !== index);
    if (duplicate === undefined) return undefined;
    return {
        code: "DuplicateContainerPort",
        message: `The port '${duplicate}' is used more than once by the containers of container group '${name}'. The containers of a group share one network: use different ports.`,
    };
};

/** "Unchangeable (Hard) Limits". */
const MAXIMUM_ADDRESS_PORTS = 5;

const addressPortCount: ContainerGroupRule = ({ name, properties }) => {
    const count = properties.ipAddress?.ports?.length ?? 0;
    if (count <= MAXIMUM_ADDRESS_PORTS) return undefined;
    return {
        code: "TooManyIpAddressPorts",
        message: `The 'ipAddress' of container group '${name}' has ${count} ports. The maximum is ${MAXIMUM_ADDRESS_PORTS}.`,
    };
};

const hasAddressPorts: ContainerGroupRule = ({ name, properties }) => {
    if (properties.ipAddress === undefined || (properties.ipAddress.ports?.length ?? 0) > 0) return undefined;
    return {
        code: "MissingIpAddressPorts",
        message: `The ports in the 'ipAddress' of container group '${name}' cannot be empty.`,
    };
};

const referencedPorts: ContainerGroupRule = ({ name, properties }) => {
    const used = new Set(
        (properties.containers ?? []).flatMap(({ properties: { ports = [] } }) => ports.map(keyOf)),
    );
    const unused = (properties.ipAddress?.ports ?? []).filter(port => !used.has(keyOf(port)));
    if (unused.length === 0) return undefined;
    return {
        code: "UnreferencedIpAddressPorts",
        message: `Following ports '${unused.map(({ port }) => port).join(",")}' in the 'ipAddress' are not used by any container in container group '${name}'.`,
    };
};

/** A group in a virtual network cannot have a public address, and a DNS label requires one. */
const privateGroups: ContainerGroupRule = ({ name, properties }) => {
    const { ipAddress, subnetIds } = properties;
    const inNetwork = (subnetIds?.length ?? 0) > 0;
    if (inNetwork && ipAddress?.type === "Public") {
        return {
            code: "PublicIpAddressNotSupportedInVirtualNetwork",
            message: `The container group '${name}' is in a virtual network. Its 'ipAddress' must be of type 'Private'.`,
        };
    }
    if (ipAddress?.type === "Private" && ipAddress.dnsNameLabel !== undefined) {
        return {
            code: "DnsNameLabelNotSupportedForPrivateIpAddress",
            message: `The DNS name label in container group '${name}' requires an 'ipAddress' of type 'Public'.`,
        };
    }
    return undefined;
};

export const portRules: readonly ContainerGroupRule[] = [
    portRange,
    reservedPorts,
    uniqueContainerPorts,
    hasAddressPorts,
    addressPortCount,
    referencedPorts,
    privateGroups,
];

function allPorts(properties: Parameters<ContainerGroupRule>[0]["properties"]): GroupPort[] {
    const ofContainers = (properties.containers ?? []).flatMap(({ properties: { ports = [] } }) => ports);
    return [...ofContainers, ...(properties.ipAddress?.ports ?? [])];
}

/** @example "443/TCP" */
function keyOf({ port, protocol = "TCP" }: GroupPort): string {
    return `${port}/${protocol}`;
}
