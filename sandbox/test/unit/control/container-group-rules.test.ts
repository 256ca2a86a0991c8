import { describe, expect, it } from "vitest";
import { checkContainerGroup } from "../../../control/container-groups/rules";
import { isReservedPort } from "../../../control/container-groups/rules/ports";
import type { ProposedGroup } from "../../../control/container-groups/rules/rule";
import { container, group, refusal, requests } from "./proposed-group";

describe("a container group is accepted", () => {
    it("without changes", () => expect(refusal(group())).toBeUndefined());

    it("with a container smaller than the minimum of the group", () => {
        const small = { resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } } };
        const containers = [container("web", { ...small, ports: [{ port: 443 }] }), container("side", small)];
        expect(refusal(group({ properties: { containers } }))).toBeUndefined();
    });

    it("with credentials of several registries", () => {
        const imageRegistryCredentials = [
            { server: "contoso.azurecr.io", identity: "/Identity" },
            { server: "index.docker.io", username: "me", password: "p" },
        ];
        const properties = { imageRegistryCredentials };
        expect(refusal(group({ properties, identities: ["/identity"] }))).toBeUndefined();
    });

    it("with variables and arguments that Linux just accepts", () => {
        const environmentVariables = [{ name: "A", value: "b".repeat(128 * 1024 - 3) }];
        expect(refusal(group({ container: { environmentVariables } }))).toBeUndefined();
    });

    it("with one port number under two protocols", () => {
        const ports = [
            { port: 443, protocol: "tcp" },
            { port: 443, protocol: "udp" },
        ];
        expect(refusal(group({ container: { ports } }))).toBeUndefined();
    });
});

describe("a container group is refused", () => {
    it.each<[code: string, because: string, proposed: ProposedGroup]>([
        ["InvalidContainerGroupName", "a name with capitals", group({ name: "Group" })],
        ["InvalidContainerGroupName", "a name that ends with a hyphen", group({ name: "group-" })],
        ["InvalidContainerGroupName", "a name of 64 characters", group({ name: "a".repeat(64) })],
        ["InvalidOsType", "no OS type", group({ properties: { osType: undefined } })],
        ["ContainersNotSpecified", "no containers", group({ properties: { containers: [] } })],
        [
            "InvalidContainerName",
            "a container name with an underscore",
            group({ properties: { containers: [container("we_b")] } }),
        ],
        [
            "DuplicateContainerName",
            "two containers of one name",
            group({ properties: { containers: [container("web"), container("web")] } }),
        ],
        [
            "DuplicateContainerName",
            "an init container with the name of a container",
            group({ properties: { initContainers: [{ name: "web", properties: { image: "i" } }] } }),
        ],
        [
            "InvalidEnvironmentVariableName",
            "a variable with a hyphen",
            group({ container: { environmentVariables: [{ name: "A-B", value: "" }] } }),
        ],
        [
            "InvalidDnsNameLabel",
            "a label of four characters",
            group({
                properties: { ipAddress: { type: "Public", ports: [{ port: 443 }], dnsNameLabel: "abcd" } },
            }),
        ],
        [
            "InvalidDnsNameLabel",
            "a label with a dot",
            group({
                properties: {
                    ipAddress: { type: "Public", ports: [{ port: 443 }], dnsNameLabel: "score.contoso" },
                },
            }),
        ],
        ["ResourceRequestsNotSpecified", "no requests", group({ container: { resources: undefined } })],
        [
            "ResourceSomeRequestsNotSpecified",
            "no memory",
            group({ container: { resources: { requests: { cpu: 1 } } } }),
        ],
        [
            "InvalidResourceRequest",
            "a request of 0 CPU",
            group({ container: { resources: { requests: { cpu: 0, memoryInGB: 1 } } } }),
        ],
        [
            "InvalidMemoryRequest",
            "memory between steps of 0.1 GB",
            group({ container: { resources: { requests: { cpu: 1, memoryInGB: 1.25 } } } }),
        ],
        [
            "InvalidMemoryRequest",
            "a memory limit between steps of 0.1 GB",
            group({ container: { resources: { requests, limits: { memoryInGB: 1.55 } } } }),
        ],
        [
            "InvalidCpuRequest",
            "CPU between steps of 0.01",
            group({ container: { resources: { requests: { cpu: 1.125, memoryInGB: 1 } } } }),
        ],
        [
            "GpuNotSupported",
            "a GPU",
            group({
                container: { resources: { requests: { ...requests, gpu: { count: 1, sku: "V100" } } } },
            }),
        ],
        [
            "ResourceRequestsAboveMaximum",
            "32 CPUs in total",
            group({ container: { resources: { requests: { cpu: 32, memoryInGB: 1 } } } }),
        ],
        [
            "ResourceRequestsAboveMaximum",
            "240.1 GB in total",
            group({ container: { resources: { requests: { cpu: 1, memoryInGB: 240.1 } } } }),
        ],
        [
            "ResourceRequestsBelowMinimum",
            "half a CPU in total",
            group({ container: { resources: { requests: { cpu: 0.5, memoryInGB: 1 } } } }),
        ],
        [
            "ResourceRequestsBelowMinimum",
            "half a GB in total",
            group({ container: { resources: { requests: { cpu: 1, memoryInGB: 0.5 } } } }),
        ],
        [
            "ResourceLimitsLessThanRequests",
            "a limit below the request",
            group({ container: { resources: { requests, limits: { cpu: 0.5 } } } }),
        ],
        [
            "ContainerLimitGreaterThanContainerGroupTotalRequest",
            "a limit above the total",
            group({ container: { resources: { requests, limits: { memoryInGB: 2 } } } }),
        ],
        ["InvalidPort", "port 0", group({ container: { ports: [{ port: 443 }, { port: 0 }] } })],
        ["InvalidPort", "port 65536", group({ container: { ports: [{ port: 443 }, { port: 65536 }] } })],
        [
            "ReservedPort",
            "a reserved port of a container",
            group({ container: { ports: [{ port: 443 }, { port: 20000 }] } }),
        ],
        [
            "DuplicateContainerPort",
            "one port in two containers",
            group({
                properties: {
                    containers: [
                        container("web", { ports: [{ port: 443 }] }),
                        container("side", { ports: [{ port: 443 }] }),
                    ],
                },
            }),
        ],
        [
            "MissingIpAddressPorts",
            "an address without ports",
            group({ properties: { ipAddress: { type: "Public", ports: [] } } }),
        ],
        [
            "UnreferencedIpAddressPorts",
            "a port that no container exposes",
            group({ properties: { ipAddress: { type: "Public", ports: [{ port: 443 }, { port: 80 }] } } }),
        ],
        [
            "UnreferencedIpAddressPorts",
            "a UDP port that a container exposes for TCP only",
            group({ properties: { ipAddress: { type: "Public", ports: [{ port: 443, protocol: "UDP" }] } } }),
        ],
        [
            "PublicIpAddressNotSupportedInVirtualNetwork",
            "a public address in a subnet",
            group({ properties: { subnetIds: [{ id: "/s" }] } }),
        ],
        [
            "DnsNameLabelNotSupportedForPrivateIpAddress",
            "a label on a private address",
            group({
                properties: {
                    ipAddress: { type: "Private", ports: [{ port: 443 }], dnsNameLabel: "contoso" },
                },
            }),
        ],
        [
            "InvalidVolumeName",
            "a volume name of four characters",
            group({ properties: { volumes: [{ name: "data", emptyDir: {} }] } }),
        ],
        [
            "InvalidVolumeName",
            "two hyphens in a row",
            group({ properties: { volumes: [{ name: "my--data", emptyDir: {} }] } }),
        ],
        [
            "DuplicateVolumeName",
            "two volumes of one name",
            group({
                properties: {
                    volumes: [
                        { name: "shared", emptyDir: {} },
                        { name: "shared", emptyDir: {} },
                    ],
                },
            }),
        ],
        [
            "InvalidVolume",
            "a volume of two kinds",
            group({ properties: { volumes: [{ name: "shared", emptyDir: {}, secret: {} }] } }),
        ],
        [
            "InvalidSecretVolume",
            "a secret that is not base64",
            group({
                properties: { volumes: [{ name: "certificate", secret: { "tls.key": "not base64" } }] },
            }),
        ],
        [
            "InvalidSecretVolume",
            "a secret with a path as its key",
            group({ properties: { volumes: [{ name: "certificate", secret: { "a/b": "" } }] } }),
        ],
        [
            "VolumeMountNotFound",
            "a mount of an unknown volume",
            group({ container: { volumeMounts: [{ name: "nothing", mountPath: "/x" }] } }),
        ],
        [
            "InvalidVolumeMountPath",
            "a mount path with a colon",
            group({
                container: { volumeMounts: [{ name: "shared", mountPath: "/a:b" }] },
                properties: { volumes: [{ name: "shared", emptyDir: {} }] },
            }),
        ],
        [
            "InvalidProbe",
            "a probe without exec and httpGet",
            group({ container: { livenessProbe: { periodSeconds: 5 } } }),
        ],
        [
            "InvalidProbe",
            "a probe of a port that the container does not list",
            group({ container: { livenessProbe: { httpGet: { port: 8404 } } } }),
        ],
        [
            "InvalidProbe",
            "a period of 0 seconds",
            group({ container: { readinessProbe: { httpGet: { port: 443 }, periodSeconds: 0 } } }),
        ],
        [
            "InvalidProbe",
            "a liveness probe that must succeed twice",
            group({ container: { livenessProbe: { httpGet: { port: 443 }, successThreshold: 2 } } }),
        ],
        [
            "TooManyIpAddressPorts",
            "six public ports",
            group({
                container: { ports: [1, 2, 3, 4, 5, 6].map(port => ({ port })) },
                properties: {
                    ipAddress: { type: "Public", ports: [1, 2, 3, 4, 5, 6].map(port => ({ port })) },
                },
            }),
        ],
        [
            "ContainerGroupQuotaReached",
            "61 containers",
            group({
                properties: {
                    containers: Array.from({ length: 61 }, (_, index) =>
                        container(`web-${index}`, {
                            ports: index === 0 ? [{ port: 443 }] : [],
                            resources: { requests: { cpu: 0.1, memoryInGB: 0.1 } },
                        }),
                    ),
                },
            }),
        ],
        [
            "ContainerGroupQuotaReached",
            "21 volumes",
            group({
                properties: {
                    volumes: Array.from({ length: 21 }, (_, index) => ({
                        name: `volume-${index}`,
                        emptyDir: {},
                    })),
                },
            }),
        ],
        ["InvalidContainerImage", "an image with capitals", group({ container: { image: "a.io/Web:1" } })],
        ["InvalidContainerImage", "an image with a space", group({ container: { image: "an image" } })],
        [
            "InvalidEnvironmentVariable",
            "a variable that is set twice",
            group({
                container: {
                    environmentVariables: [
                        { name: "A", value: "b" },
                        { name: "A", secureValue: "c" },
                    ],
                },
            }),
        ],
        [
            "ContainerCannotStart",
            "a variable of 128 KiB",
            group({
                container: { environmentVariables: [{ name: "A", value: "b".repeat(128 * 1024 - 2) }] },
            }),
        ],
        [
            "ContainerCannotStart",
            "an argument of 128 KiB",
            group({ container: { command: ["/bin/sh", "-c", "b".repeat(128 * 1024)] } }),
        ],
        [
            "InvalidImageRegistryCredential",
            "two credentials of one registry",
            group({
                properties: {
                    imageRegistryCredentials: ["contoso.azurecr.io", "Contoso.azurecr.io"].map(server => ({
                        server,
                        username: "me",
                        password: "p",
                    })),
                },
            }),
        ],
        [
            "InvalidImageRegistryCredential",
            "a user name without a password",
            group({
                properties: { imageRegistryCredentials: [{ server: "contoso.azurecr.io", username: "me" }] },
            }),
        ],
        [
            "InvalidImageRegistryCredential",
            "an identity that the group does not have",
            group({
                properties: { imageRegistryCredentials: [{ server: "contoso.azurecr.io", identity: "/i" }] },
                identities: ["/other"],
            }),
        ],
        [
            "InvalidLogAnalyticsWorkspaceId",
            "the name of a workspace",
            group({
                properties: { diagnostics: { logAnalytics: { workspaceId: "logs", workspaceKey: "k" } } },
            }),
        ],
        [
            "PrivilegedContainerNotSupported",
            "a privileged container in a standard group",
            group({ container: { securityContext: { privileged: true } } }),
        ],
        [
            "SecretVolumeTooLarge",
            "more than 1 MiB of secrets",
            group({
                properties: { volumes: [{ name: "certificate", secret: { a: "A".repeat(2 ** 20 + 4) } }] },
            }),
        ],
        ["NotSupportedBySandbox", "Windows", group({ properties: { osType: "Windows" } })],
        [
            "NotSupportedBySandbox",
            "a volume from git",
            group({ properties: { volumes: [{ name: "source", gitRepo: { repository: "r" } }] } }),
        ],
    ])("%s: %s", (code, _, proposed) => expect(refusal(proposed)).toBe(code));

    it.each([22, 1025, 1026, 1027, 3389, 3399, 9999, 19000, 19080, 19100, 19390, 20000, 30000, 49152, 65534])(
        "for port %i, which Azure reserves",
        port => expect(isReservedPort(port)).toBe(true),
    );

    it.each([21, 23, 80, 443, 1024, 1028, 3388, 3400, 5001, 8443, 19999, 30001, 49151, 65535])(
        "but not for port %i",
        port => expect(isReservedPort(port)).toBe(false),
    );

    it("with a message that does not contain the secret", () => {
        const volumes = [{ name: "certificate", secret: { "tls.key": "hidden text" } }];
        expect(() => checkContainerGroup(group({ properties: { volumes } }))).toThrow(
            expect.not.objectContaining({
                message: expect.stringContaining("hidden text") as string,
            }) as Error,
        );
    });
});
