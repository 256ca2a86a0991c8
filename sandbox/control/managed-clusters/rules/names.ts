import type { ManagedClusterRule } from "./rule";

/** 1–63 letters, digits, '-' and '_', at the ends no '-' or '_' ("Resource name rules", ContainerService). */
const NAME = /^[a-z0-9]([-_a-z0-9]{0,61}[a-z0-9])?$/i;

/** 1–54 letters, digits and '-', at the ends no '-'. */
const DNS_PREFIX = /^[a-z0-9]([-a-z0-9]{0,52}[a-z0-9])?$/i;

const clusterName: ManagedClusterRule = ({ name }) => {
    if (NAME.test(name)) return undefined;
    return {
        code: "InvalidParameter",
        message: `The value of parameter resourceName is invalid: '${name}'. It has 1 to 63 letters, digits, '-' and '_', and starts and ends with a letter or digit.`,
        target: "resourceName",
    };
};

const somePrefix: ManagedClusterRule = ({ properties }) => {
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
        message: `The value of parameter dnsPrefix is invalid: '${prefix}'. It has 1 to 54 letters, digits and '-', and starts and ends with a letter or digit.`,
        target: "dnsPrefix",
    };
};

export const nameRules: readonly ManagedClusterRule[] = [clusterName, somePrefix, dnsPrefix];
