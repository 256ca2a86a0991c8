import { containerGroupProperties } from "../../sandbox/control/container-groups/model";
import { userAssignedIds } from "../../sandbox/control/arm/managed-identities";
import type { ProposedGroup } from "../../sandbox/control/container-groups/rules/rule";

type Inputs = Record<string, unknown>;

/** The group that the Pulumi inputs of a container group create in Azure, for the rules of the sandbox. */
export function armGroup(inputs: Inputs): ProposedGroup {
    const { containers, identity, containerGroupName = "generated-name", ...properties } = inputs;
    const { userAssignedIdentities = [] } = (identity ?? {}) as { userAssignedIdentities?: string[] };
    return {
        name: containerGroupName as string,
        properties: containerGroupProperties.parse({
            ...properties,
            containers: (containers as Inputs[]).map(({ name, ...rest }) => ({ name, properties: rest })),
        }),
        identities: userAssignedIds({
            userAssignedIdentities: Object.fromEntries(userAssignedIdentities.map(id => [id, {}])),
        }),
    };
}
