import type { RefusedCase } from "./case";
import { containerGroup, recordSet, storageAccount, zone } from "./resources";

const LONG = "a".repeat(132_000);
const TAGS = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag-${index}`, "x"]));
/** More than a request to Resource Manager may have. */
const MANY = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`A${index}`, "a".repeat(100_000)]));
const LOGIN = { server: "contoso.azurecr.io", username: "contoso", password: "hunter2" };

const port = (number: number, advice: RegExp, code: string): RefusedCase => ({
    because: `a model on port ${number}`,
    settings: { "model.port": number },
    reported: { "model.port": advice },
    azure: { request: containerGroup({ model: { ports: [{ port: number }] } }), code },
});

const label = (name: string, advice: RegExp, code = "InvalidDnsNameLabel"): RefusedCase => ({
    because: `the label "${name.slice(0, 20)}" of the host name`,
    settings: { leafDomainLabel: name },
    reported: { leafDomainLabel: advice },
    azure: {
        request: containerGroup({
            properties: {
                ipAddress: { type: "Public", ports: [{ port: 443 }], dnsNameLabel: `${name}123456` },
            },
        }),
        code,
    },
});

const groupName = (name: string, advice: RegExp, code = "InvalidContainerGroupName"): RefusedCase => ({
    because: `the name "${name.slice(0, 20)}" of the group`,
    settings: { containerGroupName: name },
    reported: { containerGroupName: advice },
    azure: { request: containerGroup({ name }), code },
});

const tags = (
    because: string,
    given: Record<string, string>,
    reported: RefusedCase["reported"],
    code: string,
): RefusedCase => ({
    because,
    settings: { tags: given },
    reported,
    azure: { request: containerGroup({ tags: given }), code },
});

const registries = (because: string, given: object[], reported: RefusedCase["reported"]): RefusedCase => ({
    because,
    settings: { registries: given },
    reported,
    azure: {
        request: containerGroup({ properties: { imageRegistryCredentials: given } }),
        code: "InvalidImageRegistryCredential",
    },
});

const variable = (
    because: string,
    name: string,
    value: string,
    advice: RegExp,
    code: string,
): RefusedCase => ({
    because,
    settings: { "model.environment": { [name]: value } },
    reported: { [`model.environment.${name}`]: advice },
    azure: { request: containerGroup({ model: { environmentVariables: [{ name, value }] } }), code },
});

/** Ports, names, labels, variables, images, probes, registries: "Resource name rules", the frequent questions and limits of ACI. */
export const CONTAINER_GROUP: readonly RefusedCase[] = [
    port(22, /is 22, which Azure reserves; choose another, like 5001/, "ReservedPort"),
    port(1026, /which Azure reserves/, "ReservedPort"),
    port(25_000, /which Azure reserves/, "ReservedPort"),
    port(65_534, /which Azure reserves/, "ReservedPort"),
    port(0, /is 0; set it to a port from 1 to 65535/, "InvalidPort"),
    port(65_536, /set it to a port from 1 to 65535/, "InvalidPort"),
    port(443, /a port of the front, .*; choose another/, "DuplicateContainerPort"),
    port(8404, /a port of the front/, "DuplicateContainerPort"),
    label("contoso.score", /has dots; use only one part of the name/),
    label("1contoso", /must start with a letter/),
    label("contoso_score", /only letters, digits and '-'/),
    label("a".repeat(58), /58 characters; use at most 57/),
    label(
        "my-microsoft-model",
        /contains "microsoft", a word that Azure reserves; use another/,
        "ReservedResourceName",
    ),
    label("login-models", /begins with "login"/, "ReservedResourceName"),
    groupName("Iris", /lower-case letters/),
    groupName("iris-", /without a '-' at the start or end/),
    groupName("a".repeat(64), /1 to 63/),
    groupName(
        "azure",
        /a name that Azure reserves; use another name, like contoso-azure/,
        "ReservedResourceName",
    ),
    {
        because: "the name of a container with an underscore",
        settings: { "model.name": "my_model" },
        reported: { "model.name": /is "my_model"; use 1 to 63 lower-case letters/ },
        azure: { request: containerGroup({ model: { name: "my_model" } }), code: "InvalidContainerName" },
    },
    {
        because: "the name of another container of the group",
        settings: { "model.name": "front" },
        reported: { "model.name": /another container of the group; choose another/ },
        azure: { request: containerGroup({ model: { name: "front" } }), code: "DuplicateContainerName" },
    },
    variable(
        "a variable with a hyphen",
        "A-B",
        "x",
        /use 1 to 63 letters, digits/,
        "InvalidEnvironmentVariableName",
    ),
    variable(
        "a variable with a long name",
        "A".repeat(64),
        "x",
        /use 1 to 63/,
        "InvalidEnvironmentVariableName",
    ),
    variable(
        "a variable that no program can start with",
        "A",
        LONG,
        /132000 bytes, .* put the data/,
        "ContainerCannotStart",
    ),
    {
        because: "an argument that no program can start with",
        settings: { "model.command": ["python", LONG] },
        reported: { "model.command[1]": /132000 bytes, .* put the data into the image/ },
        azure: {
            request: containerGroup({ model: { command: ["python", LONG] } }),
            code: "ContainerCannotStart",
        },
    },
    {
        because: "more than 4 MB in a request",
        settings: { "model.environment": MANY },
        reported: { model: /bytes in total; use at most 1048576/ },
        azure: {
            request: containerGroup({
                model: {
                    environmentVariables: Object.entries(MANY).map(([name, value]) => ({ name, value })),
                },
            }),
            code: "RequestContentTooLarge",
        },
    },
    {
        because: "an image with capital letters",
        settings: { "model.image": "contoso.azurecr.io/Iris:7" },
        reported: {
            "model.image": /is "contoso\.azurecr\.io\/Iris:7"; give an image reference .* in lower case/,
        },
        azure: {
            request: containerGroup({ model: { image: "contoso.azurecr.io/Iris:7" } }),
            code: "InvalidContainerImage",
        },
    },
    {
        because: "an image with a scheme",
        settings: { "front.image": "https://contoso.azurecr.io/haproxy:3.0" },
        reported: { "front.image": /give an image reference like/ },
        azure: {
            request: containerGroup({ front: { image: "https://contoso.azurecr.io/haproxy:3.0" } }),
            code: "InvalidContainerImage",
        },
    },
    {
        because: "a liveness probe that must succeed twice",
        settings: { "model.liveness": { successThreshold: 2 } },
        reported: { "model.liveness.successThreshold": /is 2; set it to a whole number from 1 to 1/ },
        azure: {
            request: containerGroup({
                model: { livenessProbe: { httpGet: { port: 5001 }, successThreshold: 2 } },
            }),
            code: "InvalidProbe",
        },
    },
    {
        because: "a probe without a pause",
        settings: { "model.liveness": { periodSeconds: 0 } },
        reported: { "model.liveness.periodSeconds": /is 0; set it to a whole number from 1/ },
        azure: {
            request: containerGroup({
                model: { livenessProbe: { httpGet: { port: 5001 }, periodSeconds: 0 } },
            }),
            code: "InvalidProbe",
        },
    },
    registries("a registry without a password", [{ server: "contoso.azurecr.io", username: "contoso" }], {
        "registries[0].password": /is missing; username and password must both be set/,
    }),
    registries("a registry without a login", [{ server: "contoso.azurecr.io" }], {
        "registries[0]": /has no credentials; set username and password, or managedIdentityId/,
    }),
    registries("a registry with a scheme", [{ ...LOGIN, server: "https://contoso.azurecr.io" }], {
        "registries[0].server": /give the host name of the registry, like contoso\.azurecr\.io/,
    }),
    registries("the same registry twice", [LOGIN, { ...LOGIN, server: "CONTOSO.azurecr.io" }], {
        "registries[1].server": /the same as registries\[0\]\.server; remove one of the two/,
    }),
    {
        because: "an identity that is no resource id",
        settings: { registries: [{ server: "contoso.azurecr.io", managedIdentityId: "pull" }] },
        reported: { "registries[0].managedIdentityId": /is "pull"; give the resource id/ },
        azure: {
            request: containerGroup({
                properties: {
                    imageRegistryCredentials: [{ server: "contoso.azurecr.io", identity: "pull" }],
                },
            }),
            code: "InvalidImageRegistryCredential",
        },
    },
    {
        because: "the name of a workspace instead of its id",
        settings: { logAnalytics: { workspaceId: "logs", workspaceKey: "hunter2" } },
        reported: { "logAnalytics.workspaceId": /is "logs"; give the customer id of the workspace, a GUID/ },
        azure: {
            request: containerGroup({
                properties: { diagnostics: { logAnalytics: { workspaceId: "logs", workspaceKey: "k" } } },
            }),
            code: "InvalidLogAnalyticsWorkspaceId",
        },
    },
    {
        because: "a region that is none",
        settings: { location: "west_europe" },
        reported: { location: /is "west_europe"; give the short name of the region, like westeurope/ },
        azure: {
            request: containerGroup({ location: "west_europe" }),
            code: "LocationNotAvailableForResourceType",
        },
    },
    tags("51 tags", TAGS, { tags: /has 51 tags; Azure allows at most 50/ }, "InvalidTags"),
    tags(
        "a tag with a slash",
        { "a/b": "c" },
        { "tags.a/b": /which Azure refuses; remove it/ },
        "InvalidTagNameCharacters",
    ),
    tags(
        "a tag with a reserved prefix",
        { azureTeam: "c" },
        { "tags.azureTeam": /begins with "azure"/ },
        "ReservedTagName",
    ),
    tags(
        "a tag without a name",
        { "": "c" },
        { "tags.": /empty name, .*; give it a name/ },
        "InvalidTagNameLength",
    ),
    tags(
        "tags that differ by their case only",
        { Team: "a", team: "b" },
        { tags: /"team" twice/ },
        "DuplicateTagNames",
    ),
    tags(
        "a long value of a tag",
        { team: "a".repeat(257) },
        { "tags.team": /257 characters; .* at most 256/ },
        "InvalidTagValueLength",
    ),
    {
        because: "a tag that is too long for the storage account of the certificates",
        settings: { tls: { mode: "Auto" }, tags: { ["a".repeat(129)]: "b" } },
        reported: { [`tags.${"a".repeat(129)}`]: /129 characters; Azure allows at most 128/ },
        azure: {
            request: storageAccount("iris1234", { ["a".repeat(129)]: "b" }),
            code: "InvalidTagNameLength",
        },
    },
    {
        because: "a name from which no storage account can be named",
        settings: { name: "windows-iris", leafDomainLabel: "contoso", tls: { mode: "Auto" } },
        reported: { name: /contains "windows", .* or set containerGroupName/ },
        azure: { request: storageAccount("windowsiris123", {}), code: "ReservedResourceName" },
    },
    {
        because: "a resource group whose name ends with a dot",
        settings: { resourceGroup: { name: "ml." } },
        reported: { "resourceGroup.name": /is "ml\."; use 1 to 90 .* without a '\.' at the end/ },
        azure: {
            request: { path: "/../ml.", apiVersion: "2021-04-01", body: { location: "westeurope" } },
            code: "InvalidResourceGroup",
        },
    },
    {
        because: "a zone of one label",
        settings: { "tls.hostname": "score.contoso", dns: { zoneName: "contoso", createZone: true } },
        reported: { "dns.zoneName": /"contoso" has no domain; give a full host name/ },
        azure: { request: zone("contoso"), code: "BadRequest" },
    },
    {
        because: "a CNAME at the apex of a zone",
        settings: { "tls.hostname": "contoso.com", dns: { zoneName: "contoso.com" } },
        reported: {
            "tls.hostname": /is the apex of the zone, .*; use a name below it, like score\.contoso\.com/,
        },
        azure: { request: recordSet("@"), code: "BadRequest" },
    },
    {
        because: "a CNAME at the apex of a new zone",
        settings: { "tls.hostname": "contoso.com", dns: { zoneName: "contoso.com", createZone: true } },
        reported: { "tls.hostname": /is the apex of the zone/ },
        azure: { request: recordSet("@"), code: "BadRequest" },
    },
    {
        because: "a part of a host name with 64 characters",
        settings: { "tls.hostname": `${"a".repeat(64)}.contoso.com`, dns: { zoneName: "contoso.com" } },
        reported: { "tls.hostname": /must have 1 to 63 letters/ },
        azure: { request: recordSet("a".repeat(64)), code: "BadRequest" },
    },
    {
        because: "a host name with an empty part",
        settings: { "tls.hostname": "score..contoso.com", dns: { zoneName: "contoso.com" } },
        reported: { "tls.hostname": /has an empty part: two dots in a row/ },
        azure: { request: recordSet("score."), code: "BadRequest" },
    },
    {
        because: "a time to live of 0",
        settings: { "tls.hostname": "score.contoso.com", dns: { zoneName: "contoso.com", ttl: 0 } },
        reported: { "dns.ttl": /is 0; set it to a whole number from 1 to 2147483647/ },
        azure: { request: recordSet("score", 0), code: "BadRequest" },
    },
    {
        because: "a time to live of more than 31 bits",
        settings: {
            "tls.hostname": "score.contoso.com",
            dns: { zoneName: "contoso.com", ttl: 2_147_483_648 },
        },
        reported: { "dns.ttl": /is 2147483648; set it to/ },
        azure: { request: recordSet("score", 2_147_483_648), code: "BadRequest" },
    },
];
