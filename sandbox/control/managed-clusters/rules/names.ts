import type { ManagedClusterRule } from "./rule";

/** 1–63 letters, digits, '-' and '_', with no '-' or '_' at either end ("Resource name rules", ContainerService). */
const NAME = /^[a-z0-9]([-_a-z0-9]{0,61}[a-z0-9])?$/i;

/** 1–54 letters, digits and '-', with no '-' at either end. */
const DNS_PREFIX = /^[a-z0-9]([-a-z0-9]{0,52}[a-z0-9])?$/i;

const clusterName: ManagedClusterRule = ({ name }) => {
    if (NAME.test(name)) return undefined;
    return {
        code: "InvalidParameter",
        message: `The value of parameter resourceName is invalid: '${name}'. Use 1 to 63 letters, digits, '-' and '_', starting and ending with a letter or digit.`,
        target: "resourceName",
    };
};

const hasDnsPrefix: ManagedClusterRule = ({ properties }) => {
    if (properties.dnsPrefix !== undefined || properties.fqdnSubdomain !== undefined) return undefined;
    return {
        code: "InvalidParameter",
        message: "Required parameter dnsPrefix is missing (null).",
        target: "dnsPrefix",
    };
};

const dnsPrefix: ManagedClusterRule = ({ properties: { dnsPrefix: prefix } }) => {
    if (prefix === undefined || DNS_PREFIX.test(prefix)) return undefined;
    return {
        code: "InvalidParameter",
        message: `The value of parameter dnsPrefix is invalid: '${prefix}'. Use 1 to 54 letters, digits and '-', starting and ending with a letter or digit.`,
        target: "dnsPrefix",
    };
};

export const nameRules: readonly ManagedClusterRule[] = [clusterName, hasDnsPrefix, dnsPrefix];
