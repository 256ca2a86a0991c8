import { isDeepStrictEqual } from "node:util";
import type { Container, ContainerGroupProperties } from "../model";
import type { ContainerGroupRule, ProposedGroup } from "./rule";

/** A changed property that requires a new group. */
interface Change {
    property: string;
    before: unknown;
    after: unknown;
}

type View = (properties: ContainerGroupProperties) => unknown;

/** "Update containers in Azure Container Instances", "Properties that require container delete". */
const IMMUTABLE: readonly (readonly [name: string, view: View])[] = [
    ["OsType", ({ osType }) => osType?.toLowerCase()],
    ["RestartPolicy", ({ restartPolicy }) => restartPolicy ?? "Always"],
    ["Subnets", ({ subnetIds = [] }) => subnetIds.map(({ id }) => id.toLowerCase())],
    // Not documented, but refused: MicrosoftDocs/azure-docs#65195.
    ["LogAnalytics", ({ diagnostics }) => diagnostics?.logAnalytics?.workspaceId],
];

/** Resources of existing containers cannot change, nor can the total of the group, e.g. by another container. */
const RESOURCES = [
    ["Cpu", "cpu"],
    ["MemoryInGB", "memoryInGB"],
    ["Gpu", "gpu"],
] as const;

const immutableProperties: ContainerGroupRule = group => {
    const change = firstChange(group);
    if (change === undefined) return undefined;
    const { property, before, after } = change;
    return {
        code: "InvalidContainerGroupUpdate",
        message:
            `The updates on container group '${group.name}' are invalid. If you are going to update the ${property} ` +
            `(old "${shown(before)}", new "${shown(after)}") for a container group, you must delete it first and then create a new one.`,
    };
};

export const immutabilityRules: readonly ContainerGroupRule[] = [immutableProperties];

function firstChange({ properties, zones, previous }: ProposedGroup): Change | undefined {
    if (previous === undefined) return undefined;
    const changes: Change[] = [
        ...IMMUTABLE.map(([property, view]) => ({
            property,
            before: view(previous.properties),
            after: view(properties),
        })),
        { property: "Zones", before: previous.zones ?? [], after: zones ?? [] },
        ...resourceChanges(previous.properties.containers ?? [], properties.containers ?? []),
    ];
    return changes.find(({ before, after }) => !isDeepStrictEqual(before, after));
}

function resourceChanges(before: readonly Container[], after: readonly Container[]): Change[] {
    const ofSameContainers = after.flatMap(container => {
        const old = before.find(({ name }) => name === container.name);
        if (old === undefined) return [];
        return RESOURCES.flatMap(([property, key]) =>
            (["requests", "limits"] as const).map(kind => ({
                property,
                before: old.properties.resources?.[kind]?.[key],
                after: container.properties.resources?.[kind]?.[key],
            })),
        );
    });
    const totals = RESOURCES.slice(0, 2).map(([property, key]) => ({
        property,
        before: total(before, key),
        after: total(after, key),
    }));
    return [...ofSameContainers, ...totals];
}

function total(containers: readonly Container[], key: "cpu" | "memoryInGB" | "gpu"): number {
    const values = containers.map(({ properties }) => properties.resources?.requests?.[key]);
    const sum = values.reduce<number>((all, value) => all + (typeof value === "number" ? value : 0), 0);
    return Math.round(sum * 1000) / 1000;
}

function shown(value: unknown): string {
    if (value === undefined) return "";
    return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}
