/** Container groups for the tests of the rules of Azure Resource Manager. */
import { expect } from "vitest";
import { ArmError } from "../../../control/arm/errors";
import { containerGroupProperties } from "../../../control/container-groups/model";
import { checkContainerGroup } from "../../../control/container-groups/rules";
import type { ProposedGroup } from "../../../control/container-groups/rules/rule";

/** A valid group with changes. Members of the container and of the group replace the valid ones. */
export function group(
    changes: { container?: object; properties?: object; name?: string; identities?: string[] } = {},
): ProposedGroup {
    const { name = "group", identities = [] } = changes;
    return { name, properties: properties(changes), identities };
}

export function properties({ container = {}, properties = {} }: { container?: object; properties?: object }) {
    return containerGroupProperties.parse({
        osType: "Linux",
        containers: [
            {
                name: "web",
                properties: {
                    image: "web:1",
                    ports: [{ port: 443 }],
                    resources: { requests: { cpu: 1, memoryInGB: 1.5 } },
                    ...container,
                },
            },
        ],
        ipAddress: { type: "Public", ports: [{ port: 443 }], dnsNameLabel: "contoso" },
        ...properties,
    });
}

/** The code of the refusal, or undefined. */
export function refusal(proposed: ProposedGroup): string | undefined {
    try {
        checkContainerGroup(proposed);
        return undefined;
    } catch (error) {
        if (!(error instanceof ArmError)) throw error;
        expect(error.status).toBe(400);
        return error.code;
    }
}

export function container(name: string, members: object = {}): object {
    return {
        name,
        properties: { image: "web:1", resources: { requests: { cpu: 1, memoryInGB: 1 } }, ...members },
    };
}

/** The requests of the valid group. */
export const requests = { cpu: 1, memoryInGB: 1.5 };
