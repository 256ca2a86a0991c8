import { DNS_LABEL } from "../host-name";
import type { Rule } from ".";

function matching(pattern: RegExp, advice: string): Rule<string> {
    return value =>
        typeof value === "string" && pattern.test(value)
            ? undefined
            : `is ${JSON.stringify(value)}; ${advice}`;
}

/** For values that must not be repeated. */
export const secretText: Rule<string> = value =>
    typeof value === "string" && value.trim() !== ""
        ? undefined
        : "is empty; set it as a secret of the stack";

export const renewalTrigger: Rule<string> = value =>
    typeof value === "string" && value.trim() !== ""
        ? undefined
        : "is empty; give a text that you did not use before, like the date of today";

export const containerName = matching(
    DNS_LABEL,
    "give 1 to 63 lower-case letters, digits and '-', with no '-' at its ends",
);

export const resourceGroupName = matching(
    /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u,
    "give 1 to 90 letters, digits and '_', '-', '.', '(' or ')', with no '.' at the end",
);

export const location = matching(
    /^[a-z][a-z0-9]*$/,
    "give the region as it stands in names, like westeurope (az account list-locations)",
);

export const image = matching(
    /^[\w.:-]+(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/,
    "give an image like contoso.azurecr.io/iris:7",
);

export const healthPath = matching(/^\/[!-~]*$/, "give a path that starts with '/', without spaces");

export const registryServer = matching(
    /^[a-z0-9][a-z0-9.-]*(:\d+)?$/i,
    "give the registry's name alone, like contoso.azurecr.io",
);

/** No judgement of its own: what can be written to has one '@' and a domain. */
export const email = matching(
    /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/,
    "give an address like certificates@contoso.com",
);

export const identityId = matching(
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
    "give the resource id of a user-assigned identity (az identity show --query id)",
);

export const workspaceId = matching(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    "give the workspace's customer id, a GUID (az monitor log-analytics workspace show --query customerId)",
);

const SHORTEST_KEY = 16;
const LONGEST_KEY = 512;

/** What fits into `Authorization: Bearer` (RFC 6750, section 2.1), and is long enough not to be guessed. */
export const scoringKey: Rule<string> = key => {
    if (typeof key !== "string" || key.length < SHORTEST_KEY || key.length > LONGEST_KEY) {
        return `must have ${SHORTEST_KEY} to ${LONGEST_KEY} characters; leave it out to have one generated`;
    }
    if (/^[A-Za-z0-9._~+/-]+=*$/.test(key)) return undefined;
    return "has characters that do not fit into a Bearer header; use letters, digits and '-._~+/'";
};

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** The name of an environment variable. */
export function environmentNameProblem(name: string): string | undefined {
    if (ENVIRONMENT_NAME.test(name)) return undefined;
    return "is not a name that Azure accepts; use 1 to 63 letters, digits and '_', with no digit first";
}

/** Environment values are text, also when a configuration file makes them look like numbers. */
export const environmentValue: Rule<string> = value =>
    typeof value === "string" ? undefined : `is of type ${typeof value}; write it as text, in quotes`;

const MOST_TAGS = 50;
const LONGEST_TAG_NAME = 512;
const LONGEST_TAG_VALUE = 256;

export function tagCountProblem(count: number): string | undefined {
    return count > MOST_TAGS ? `${count} tags are too many; Azure allows ${MOST_TAGS}` : undefined;
}

export function tagNameProblem(name: string): string | undefined {
    if (name.length > LONGEST_TAG_NAME)
        return `has a name of ${name.length} characters; ${LONGEST_TAG_NAME} fit`;
    return /[<>%&\\?/]/.test(name) ? "has one of < > % & \\ ? / in its name; Azure refuses those" : undefined;
}

export const tagValue: Rule<string> = value => {
    if (typeof value !== "string") return `is of type ${typeof value}; write it as text, in quotes`;
    return value.length > LONGEST_TAG_VALUE
        ? `has ${value.length} characters; ${LONGEST_TAG_VALUE} fit`
        : undefined;
};

/** Objects of Kubernetes (RFC 1123 subdomain). */
export const kubernetesName = matching(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    "give lower-case letters, digits, '-' and '.', with a letter or digit at both ends",
);

/** As v1 had them: a path of the service's, and part of the names of Kubernetes objects. */
export const modelName = matching(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "give lower-case letters, digits and '-', a letter first and no '-' at the end",
);

export const clusterName = matching(
    /^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/,
    "give 1 to 63 letters, digits, '_' and '-', with a letter or digit at both ends",
);

export const vmSize = matching(/^[A-Z][A-Za-z0-9_]+$/, "give a size like Standard_D4s_v5 (az vm list-sizes)");

export const kubernetesVersion = matching(
    /^1\.\d{1,2}(\.\d{1,3})?$/,
    "give a version like 1.34 (az aks get-versions)",
);

export const zone = matching(/^[1-9]$/, 'give the zone\'s number as text, like "1"');

export const subnetName = matching(
    /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/,
    "give 1 to 80 letters, digits, '_', '-' and '.'",
);

export const subnetId = matching(
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
    "give the resource id of a subnet (az network vnet subnet show --query id)",
);

export const ipv4Address = matching(/^\d{1,3}(\.\d{1,3}){3}$/, "give an IPv4 address like 10.0.0.10");

export const cidr = matching(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "give a range like 10.0.0.0/16");
