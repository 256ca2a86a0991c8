import { isIPv4 } from "node:net";
import { DNS_LABEL } from "../host-name";
import type { Rule } from ".";

function matching(pattern: RegExp, advice: string): Rule<string> {
    return value =>
        typeof value === "string" && pattern.test(value)
            ? undefined
            : `is ${JSON.stringify(value)}; ${advice}`;
}

/** The message does not repeat the value. */
export const secretText: Rule<string> = value =>
    typeof value === "string" && value.trim() !== ""
        ? undefined
        : "is empty; set it as a secret in the stack configuration";

export const renewalTrigger: Rule<string> = value =>
    typeof value === "string" && value.trim() !== ""
        ? undefined
        : "is empty; set it to a value that you have not used before, like today's date";

export const containerName = matching(
    DNS_LABEL,
    "use 1 to 63 lower-case letters, digits and '-', without a '-' at the start or end",
);

export const resourceGroupName = matching(
    /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u,
    "use 1 to 90 letters, digits and '_', '-', '.', '(' or ')', without a '.' at the end",
);

export const location = matching(
    /^[a-z][a-z0-9]*$/,
    "give the short name of the region, like westeurope (az account list-locations)",
);

/** The grammar of container registries (https://github.com/distribution/reference): only the host name may have capital letters. */
export const image = matching(
    /^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?(:\d+)?\/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(\/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
    "give an image reference like contoso.azurecr.io/iris:7, in lower case except for the tag",
);

/** Path and query of RFC 3986 without percent-encoding and without the characters that have a meaning for HAProxy. */
export const healthPath = matching(
    /^\/[-A-Za-z0-9._~/?=&:@!*+,;]{0,1023}$/,
    "give a path that starts with '/', of at most 1024 letters, digits and the characters - . _ ~ / ? = & : @ ! * + , ;",
);

export const registryServer = matching(
    /^[a-z0-9][a-z0-9.-]*(:\d+)?$/i,
    "give the host name of the registry, like contoso.azurecr.io",
);

/** Checks only for one '@' and a domain with a dot; the authority checks the rest. */
export const email = matching(
    /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/,
    "give an email address like certificates@contoso.com",
);

export const identityId = matching(
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
    "give the resource id of a user-assigned identity (az identity show --query id)",
);

export const workspaceId = matching(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    "give the customer id of the workspace, a GUID (az monitor log-analytics workspace show --query customerId)",
);

const MIN_KEY_LENGTH = 16;
const MAX_KEY_LENGTH = 512;

/** A token for `Authorization: Bearer` (RFC 6750, section 2.1) that is too long to guess. The message does not repeat it. */
export const scoringKey: Rule<string> = key => {
    if (typeof key !== "string" || key.length < MIN_KEY_LENGTH || key.length > MAX_KEY_LENGTH) {
        return `must have ${MIN_KEY_LENGTH} to ${MAX_KEY_LENGTH} characters; remove it to generate a key`;
    }
    if (/^[A-Za-z0-9._~+/-]+=*$/.test(key)) return undefined;
    return "has characters that a Bearer header does not allow; use letters, digits and '-._~+/'";
};

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

export function environmentNameProblem(name: string): string | undefined {
    if (ENVIRONMENT_NAME.test(name)) return undefined;
    return "is not a variable name that Azure accepts; use 1 to 63 letters, digits and '_', without a digit at the start";
}

/** Linux starts no program with a longer argument or variable (execve(2), MAX_ARG_STRLEN); less the longest name of a variable. */
const MAX_ARGUMENT_BYTES = 131_000;

/** The argument of a command or the value of a variable. A configuration file may contain a number where a string is needed. */
export const programText: Rule<string> = value => {
    if (typeof value !== "string") return `is a ${typeof value}, not a string; write it in quotes`;
    const bytes = Buffer.byteLength(value);
    return bytes > MAX_ARGUMENT_BYTES
        ? `has ${bytes} bytes, and Linux starts no program with more than ${MAX_ARGUMENT_BYTES} in one argument or variable; put the data into the image or into a store that the model reads`
        : undefined;
};

/** The name of a Kubernetes object (RFC 1123 subdomain). */
export const kubernetesName = matching(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    "use lower-case letters, digits, '-' and '.', with a letter or digit at both ends",
);

/** The rule of Azure ML v1. The name is a segment of the service's paths and part of the names of Kubernetes objects. */
export const modelName = matching(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "use up to 63 lower-case letters, digits and '-', starting with a letter and not ending with '-'",
);

export const clusterName = matching(
    /^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/,
    "use 1 to 63 letters, digits, '_' and '-', with a letter or digit at both ends",
);

const vmSizeName = matching(
    /^[A-Z][A-Za-z]*_[A-Z]+\d[A-Za-z0-9_-]*$/,
    "give a VM size like Standard_D4s_v5 (az vm list-sizes)",
);

/** AKS refuses sizes with one core ("Quotas, virtual machine size restrictions, and region availability"). */
export const vmSize: Rule<string> = value =>
    vmSizeName(value) ??
    (/^[A-Za-z]+_[A-Z]+[01](?!\d)/.test(value)
        ? `is ${JSON.stringify(value)}, which has fewer than the 2 cores that AKS needs; use a larger size, like Standard_D4s_v5`
        : undefined);

export const kubernetesVersion = matching(
    /^1\.\d{1,2}(\.\d{1,3})?$/,
    "give a version like 1.34 (az aks get-versions)",
);

export const zone = matching(/^[1-9]$/, 'give the number of an availability zone as a string, like "1"');

export const subnetName = matching(
    /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/,
    "use 1 to 80 letters, digits, '_', '-' and '.'",
);

export const subnetId = matching(
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
    "give the resource id of a subnet (az network vnet subnet show --query id)",
);

export const ipv4Address: Rule<string> = value =>
    typeof value === "string" && isIPv4(value)
        ? undefined
        : `is ${JSON.stringify(value)}; give an IPv4 address like 10.0.0.10`;
