import * as pulumi from "@pulumi/pulumi";
import { resourceHook } from "../shared/hooks";
import { type Address, addressProblem, addressWarnings } from "./address-change";

/**
 * Refuses, at preview too, an update that moves a service away from the address that clients use, and warns of what they
 * will notice.
 *
 * It stands on the component and not on the container group: a group that is replaced (another region, other cores) is not
 * updated, and hooks on updates would not see it. What it compares with is what was reached. The inputs of a component
 * are in the state as soon as an update begins, its outputs when all is done, and a failed update leaves none: then the
 * inputs are only what was tried. So what was reached is kept once more, by a child that comes after everything that the
 * address is made of: a failed update does not get to it.
 */
export class AddressGuard {
    private judged = false;

    /** @param mayMove on request, nobody is asked and nothing is said */
    constructor(
        private readonly component: string,
        private readonly mayMove: boolean,
    ) {}

    /** The options of the component, whose inputs are the address. */
    options(opts: pulumi.ComponentResourceOptions | undefined): pulumi.ComponentResourceOptions {
        return pulumi.mergeOptions(opts, {
            hooks: this.beforeUpdate("address-guard", args => this.early(args)),
        });
    }

    /** Keeps `address` once `made`, which it is made of, is there. */
    remember(address: Address, made: pulumi.Input<pulumi.Resource>[], parent: pulumi.Resource): void {
        const hooks = this.beforeUpdate("reached-address-guard", args => this.late(args));
        new ReachedAddress(this.component, address, { parent, dependsOn: made, hooks });
    }

    private early({ oldInputs, newInputs, oldOutputs = {} }: pulumi.ResourceHookArgs): void {
        if (Object.keys(oldOutputs).length === 0) return;
        this.judged = true;
        this.judge(oldInputs, newInputs);
    }

    /** After a failed update only. When it is not a preview, it is too late: the service has moved. */
    private late({ oldInputs, newInputs }: pulumi.ResourceHookArgs): void {
        if (!this.judged && pulumi.runtime.isDryRun()) this.judge(oldInputs, newInputs);
    }

    private judge(before: unknown, after: unknown): void {
        const problem = addressProblem(before, after);
        if (problem !== undefined) {
            throw new Error(
                `${this.component}: ${problem}, and clients that use the old name would fail. Set overwriteExistingDomain to true for this update if that is meant.`,
            );
        }
        for (const warning of addressWarnings(before, after)) {
            void pulumi.log.warn(`${this.component}: ${warning}`);
        }
    }

    private beforeUpdate(
        name: string,
        judge: pulumi.ResourceHookFunction,
    ): pulumi.ResourceHookBinding | undefined {
        if (this.mayMove) return undefined;
        return { beforeUpdate: resourceHook(`${this.component}-${name}`, judge, { onDryRun: true }) };
    }
}

/** The address that the last whole update led to. */
class ReachedAddress extends pulumi.ComponentResource {
    constructor(name: string, address: Address, opts: pulumi.ComponentResourceOptions) {
        super("azure-secure-inference:index:ReachedAddress", name, { ...address }, opts);
        this.registerOutputs({});
    }
}
