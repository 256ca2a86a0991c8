import type { RefusedCase } from "./case";
import { cluster, publicAddress } from "./resources";

const pool = (
    because: string,
    setting: string,
    value: unknown,
    advice: RegExp,
    member: object,
): RefusedCase => ({
    because,
    settings: { [`cluster.create.${setting}`]: value },
    reported: { [`cluster.create.${setting}`]: advice },
    azure: { request: cluster({ pool: member }), code: "InvalidParameter" },
});

const zones = (because: string, value: string[], at: number, advice: RegExp): RefusedCase => ({
    ...pool(because, "zones", value, advice, { availabilityZones: value }),
    reported: { [`cluster.create.zones[${at}]`]: advice },
});

const clusterName = (name: string, advice: RegExp, code = "InvalidParameter"): RefusedCase => ({
    because: `the name "${name.slice(0, 20)}" of the cluster`,
    settings: { "cluster.create.name": name },
    reported: { "cluster.create.name": advice },
    azure: { request: cluster({ name }), code },
});

const range = (
    because: string,
    serviceCidr: string,
    dnsServiceIp: string | undefined,
    reported: RefusedCase["reported"],
): RefusedCase => ({
    because,
    settings: { "cluster.create.network": { subnetId: SUBNET, serviceCidr, dnsServiceIp } },
    reported,
    azure: {
        request: cluster({
            network: { serviceCidr, ...(dnsServiceIp !== undefined && { dnsServiceIP: dnsServiceIp }) },
        }),
        code: "InvalidParameter",
    },
});

const version = (text: string, advice: RegExp): RefusedCase => ({
    because: `version ${text} of Kubernetes`,
    settings: { "cluster.create.kubernetesVersion": text },
    reported: { "cluster.create.kubernetesVersion": advice },
    azure: { request: cluster({ version: text }), code: "K8sVersionNotSupported" },
});

const label = (name: string, advice: RegExp, code: string): RefusedCase => ({
    because: `the label "${name.slice(0, 20)}" of the public address`,
    settings: { leafDomainLabel: name },
    reported: { leafDomainLabel: advice },
    azure: { request: publicAddress(`${name}123456`), code },
});

const SUBNET =
    "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes";

/** Clusters and public addresses: "Create node pools in AKS", "Quotas, virtual machine size restrictions", "Configure Azure CNI". */
export const CLUSTER: readonly RefusedCase[] = [
    clusterName("models-", /with a letter or digit at both ends/),
    clusterName("a".repeat(64), /use 1 to 63 letters/),
    clusterName("my.models", /letters, digits, '_' and '-'/),
    clusterName("windows-models", /contains "windows", a word that Azure reserves/, "ReservedResourceName"),
    pool("no nodes", "agentCount", 0, /is 0; set it to a whole number from 1 to 1000 \(nodes\)/, {
        count: 0,
    }),
    pool("1,001 nodes", "agentCount", 1_001, /is 1001; set it to/, { count: 1_001 }),
    pool("a size without a family", "vmSize", "D4s", /is "D4s"; give a VM size like Standard_D4s_v5/, {
        vmSize: "D4s",
    }),
    pool("nodes with one core", "vmSize", "Standard_D1_v2", /fewer than the 2 cores .* use a larger size/, {
        vmSize: "Standard_D1_v2",
    }),
    pool("nodes with a burstable core", "vmSize", "Standard_B1ms", /fewer than the 2 cores/, {
        vmSize: "Standard_B1ms",
    }),
    zones("a zone that is not a number", ["1", "westeurope-1"], 1, /give the number of an availability zone/),
    zones("the same zone twice", ["1", "1"], 1, /is "1" again; remove it/),
    version("1.29", /use Kubernetes 1\.30 or newer|at least 1\.30|1\.30/),
    version("latest", /is "latest"; give a version like 1\.34/),
    range("a range of Services that is too large", "10.0.0.0/8", "10.0.0.10", {
        "cluster.create.network.serviceCidr": /is 10\.0\.0\.0\/8, .* larger than \/12; use a smaller one/,
    }),
    range("a range of Services that Azure uses", "172.30.0.0/16", "172.30.0.10", {
        "cluster.create.network.serviceCidr":
            /overlaps 172\.30\.0\.0\/16, a range that Azure uses; use another one/,
    }),
    range("a range of Services that the pods use", "10.244.0.0/16", "10.244.0.10", {
        "cluster.create.network.serviceCidr": /a range that the pods use/,
    }),
    range("a range of Services without a length", "10.1.0.0", "10.1.0.10", {
        "cluster.create.network.serviceCidr": /is "10\.1\.0\.0"; give an address range/,
    }),
    range("an address of the DNS service outside of the range", "10.1.0.0/16", "10.2.0.10", {
        "cluster.create.network.dnsServiceIp": /is 10\.2\.0\.10, outside .*; set it to 10\.1\.0\.10/,
    }),
    range("the default address of the DNS service outside of the range", "10.1.0.0/16", undefined, {
        "cluster.create.network.dnsServiceIp": /is missing, .*; set it to 10\.1\.0\.10/,
    }),
    range("the first address for the DNS service", "10.1.0.0/16", "10.1.0.1", {
        "cluster.create.network.dnsServiceIp": /the first address of the range .*; set it to 10\.1\.0\.10/,
    }),
    range("an address of the DNS service that is none", "10.1.0.0/16", "10.1.0.256", {
        "cluster.create.network.dnsServiceIp": /is "10\.1\.0\.256"; give an IPv4 address/,
    }),
    {
        because: "the name of a subnet instead of its id",
        settings: { "cluster.create.network": { subnetId: "nodes" } },
        reported: { "cluster.create.network.subnetId": /is "nodes"; give the resource id of a subnet/ },
        azure: { request: cluster({ pool: { vnetSubnetID: "nodes" } }), code: "InvalidParameter" },
    },
    label("a".repeat(58), /58 characters; use at most 57/, "InvalidDomainNameLabel"),
    label("1contoso", /must start with a letter/, "InvalidDomainNameLabel"),
    label("contoso_score", /only letters, digits and '-'/, "InvalidDomainNameLabel"),
    label("windows-score", /a word that Azure reserves/, "ReservedResourceName"),
    {
        because: "a CNAME at the apex of a zone",
        settings: {
            "tls.hostname": "contoso.com",
            dns: { zoneName: "contoso.com", recordType: "Cname" },
        },
        reported: { "tls.hostname": /is the apex of the zone/ },
    },
    {
        because: "a tag of the public address with a question mark",
        settings: { tags: { "team?": "a" } },
        reported: { "tags.team?": /which Azure refuses; remove it/ },
        azure: { request: publicAddress("models123456", { "team?": "a" }), code: "InvalidTagNameCharacters" },
    },
];
