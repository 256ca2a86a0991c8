import * as pulumi from "@pulumi/pulumi";

/** The names under which clients reach the service: what the component keeps in the state. */
export interface Address {
    /** Azure's name, where it stays. */
    fqdn?: pulumi.Input<string>;
    /** The custom domain. */
    hostname?: pulumi.Input<string>;
}

/** What an update would take away from clients; nothing when they can go on as before. */
export function addressProblem(before: unknown, after: unknown): string | undefined {
    const [old, next] = [names(before), names(after)];
    if (old.fqdn !== undefined && next.fqdn !== undefined && old.fqdn !== next.fqdn) {
        return `leafDomainLabel: the service would move from ${old.fqdn} to ${next.fqdn}`;
    }
    if (old.fqdn !== undefined && old.hostname === undefined && !has(after, "fqdn")) {
        return `dns: the service would leave ${old.fqdn} for names of Azure's that change with every update`;
    }
    const unknownNext = next.hostname === undefined && has(after, "hostname");
    if (old.hostname !== undefined && old.hostname !== next.hostname && !unknownNext) {
        return `tls.hostname: the service would no longer answer as ${old.hostname}`;
    }
    return undefined;
}

/** Options of a component that may move away from the names that clients use on request only. */
export function guarded(
    name: string,
    overwriteExistingDomain: boolean,
    opts: pulumi.ComponentResourceOptions | undefined,
): pulumi.ComponentResourceOptions {
    if (overwriteExistingDomain) return opts ?? {};
    return pulumi.mergeOptions(opts, { hooks: { beforeUpdate: [addressGuard(name)] } });
}

/**
 * Refuses, at preview too, an update that moves the service away from the names clients use. It stands on the component and
 * not on the container group: a group that is replaced (another region, other cores) is not updated, and hooks on
 * updates would not see it.
 */
function addressGuard(component: string): pulumi.ResourceHook {
    return new pulumi.ResourceHook(
        `${component}-address-guard`,
        ({ oldInputs, newInputs }) => {
            const problem = addressProblem(oldInputs, newInputs);
            if (problem === undefined) return;
            throw new Error(
                `${component}: ${problem}, and clients that use the old name would fail. Set overwriteExistingDomain to true for this update if that is meant.`,
            );
        },
        { onDryRun: true },
    );
}

/** Names that are known; at preview others are placeholders of the engine. */
function names(inputs: unknown): { fqdn?: string; hostname?: string } {
    const { fqdn, hostname } = (inputs ?? {}) as Record<string, unknown>;
    return {
        ...(typeof fqdn === "string" && { fqdn }),
        ...(typeof hostname === "string" && { hostname }),
    };
}

/** Whether there is such a name, known or not. */
function has(inputs: unknown, name: keyof Address): boolean {
    return typeof inputs === "object" && inputs !== null && name in inputs;
}
