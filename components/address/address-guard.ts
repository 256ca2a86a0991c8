import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";
import type { Address } from "./address";
import { addressProblems, addressWarnings } from "./address-change";

/**
 * Refuses, at preview too, an update that changes an address that clients use, and warns about other effects on clients.
 *
 * The hook is on the component, not on the container group: a change of region or cores replaces the group, and update hooks do not
 * run for replacements. State stores the address twice: in the component's inputs and in a child that is created last. An update
 * writes the component's inputs at its start and the outputs at its end. After a failed update the component has no outputs and its
 * inputs are those of the failed attempt, but the child still has the last address that worked, so reverting is allowed.
 */
export class AddressGuard {
    private checked = false;

    /** @param changeAllowed disables the guard: the value of `overwriteExistingDomain` */
    constructor(
        private readonly component: string,
        private readonly changeAllowed: boolean,
    ) {}

    /** Adds the hook to the options of the component. The inputs of the component must be its address. */
    options(opts: pulumi.ComponentResourceOptions | undefined): pulumi.ComponentResourceOptions {
        return pulumi.mergeOptions(opts, {
            hooks: this.beforeUpdate("address-guard", args => this.checkComponent(args)),
        });
    }

    /** Stores the address in a child that depends on the resources that provide the address. */
    remember(address: Address, dependsOn: pulumi.Input<pulumi.Resource>[], parent: pulumi.Resource): void {
        const hooks = this.beforeUpdate("reached-address-guard", args => this.checkChild(args));
        new ReachedAddress(this.component, address, { parent, dependsOn, hooks });
    }

    private async checkComponent({
        oldInputs,
        newInputs,
        oldOutputs = {},
    }: pulumi.ResourceHookArgs): Promise<void> {
        if (Object.keys(oldOutputs).length === 0) return;
        this.checked = true;
        await this.compare(oldInputs, newInputs);
    }

    /** Needed only after a failed update, and only at preview: during an update the address has changed before this runs. */
    private async checkChild({ oldInputs, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
        if (!this.checked && pulumi.runtime.isDryRun()) await this.compare(oldInputs, newInputs);
    }

    private async compare(oldInputs: unknown, newInputs: unknown): Promise<void> {
        const [before, after] = await Promise.all([withoutOutputs(oldInputs), withoutOutputs(newInputs)]);
        const problems = addressProblems(before, after);
        if (problems.length > 0) throw new Error(refusal(this.component, problems));
        for (const warning of addressWarnings(before, after)) {
            void pulumi.log.warn(`${this.component}: ${warning}`);
        }
    }

    private beforeUpdate(
        name: string,
        callback: pulumi.ResourceHookFunction,
    ): pulumi.ResourceHookBinding | undefined {
        if (this.changeAllowed) return undefined;
        return { beforeUpdate: resourceHook(`${this.component}-${name}`, callback, { onDryRun: true }) };
    }
}

function refusal(component: string, problems: readonly string[]): string {
    return [
        `${component}: this update would break clients that use the current addresses:`,
        ...problems.map(problem => `    ${problem}`),
        "To allow this, set overwriteExistingDomain: true for one update, and remove it afterwards.",
    ].join("\n");
}

/** Hooks get secret properties as outputs, of which parts may be unknown during a preview. */
async function withoutOutputs(inputs: unknown): Promise<Record<string, unknown>> {
    const entries = Object.entries((inputs ?? {}) as Record<string, unknown>).map(async ([name, value]) => {
        if (!pulumi.Output.isInstance(value)) return [name, value] as const;
        // The SDK does not declare the method. `apply` would never call back for a value with unknown parts.
        const output = value as unknown as { promise(withUnknowns: boolean): Promise<unknown> };
        return [name, await output.promise(true)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
}

/** Stores the address after the last successful update. */
class ReachedAddress extends pulumi.ComponentResource {
    constructor(name: string, address: Address, opts: pulumi.ComponentResourceOptions) {
        super("azure-secure-inference:index:ReachedAddress", name, { ...address }, opts);
        this.registerOutputs({});
    }
}
