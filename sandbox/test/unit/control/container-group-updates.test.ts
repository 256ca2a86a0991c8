import { describe, expect, it } from "vitest";
import type { ContainerGroupProperties } from "../../../control/container-groups/model";
import { checkContainerGroup } from "../../../control/container-groups/rules";
import type { ProposedGroup } from "../../../control/container-groups/rules/rule";
import { container, group, properties, refusal, requests } from "./proposed-group";

const GUID = "00000000-0000-4000-8000-000000000000";

describe("an update is refused", () => {
    function update(
        before: Parameters<typeof properties>[0],
        after: Parameters<typeof properties>[0],
    ): ProposedGroup {
        return { ...group(after), previous: { properties: properties(before) } };
    }
    const logAnalytics = (workspaceId: string): { properties: Partial<ContainerGroupProperties> } => ({
        properties: { diagnostics: { logAnalytics: { workspaceId, workspaceKey: "k" } } },
    });

    it.each<[property: string, proposed: ProposedGroup]>([
        ["OsType", update({ properties: { osType: "Windows" } }, {})],
        ["RestartPolicy", update({}, { properties: { restartPolicy: "Never" } })],
        ["Cpu", update({}, { container: { resources: { requests: { cpu: 2, memoryInGB: 1.5 } } } })],
        ["MemoryInGB", update({}, { container: { resources: { requests: { cpu: 1, memoryInGB: 2 } } } })],
        ["Cpu", update({}, { container: { resources: { requests, limits: { cpu: 1 } } } })],
        ["Subnets", update({}, { properties: { subnetIds: [{ id: "/s" }], ipAddress: undefined } })],
        ["LogAnalytics", update(logAnalytics(GUID), logAnalytics(GUID.replace("0", "1")))],
        [
            "Cpu",
            update(
                {},
                {
                    properties: {
                        containers: [
                            container("web", { resources: { requests }, ports: [{ port: 443 }] }),
                            container("side"),
                        ],
                    },
                },
            ),
        ],
    ])("when it changes %s", (property, proposed) => {
        expect(refusal(proposed)).toBe("InvalidContainerGroupUpdate");
        expect(() => checkContainerGroup(proposed)).toThrow(`update the ${property} (old`);
    });

    it("when it changes zones", () => {
        const proposed = { ...group(), zones: ["1"], previous: { properties: properties({}), zones: ["2"] } };
        expect(refusal(proposed)).toBe("InvalidContainerGroupUpdate");
    });

    it.each<[what: string, after: Parameters<typeof properties>[0]]>([
        ["the image", { container: { image: "web:2" } }],
        ["a variable", { container: { environmentVariables: [{ name: "A", value: "b" }] } }],
        [
            "the label",
            {
                properties: {
                    ipAddress: { type: "Public", ports: [{ port: 443 }], dnsNameLabel: "fabrikam" },
                },
            },
        ],
        ["a volume", { properties: { volumes: [{ name: "shared", emptyDir: {} }] } }],
        ["only the case of enums", { properties: { osType: "linux", restartPolicy: "always" } }],
    ])("but not when it changes %s", (_, after) => {
        expect(refusal(update({}, after))).toBeUndefined();
    });
});
