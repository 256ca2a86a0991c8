import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Rule } from "./rules";

/** Lists every invalid argument of a component. The engine prints the property paths; `stack` has them for other callers. */
export class ArgumentsError extends pulumi.InputPropertiesError {
    /** The Automation API prints this for an inline program that fails: the problems, without call frames of this library. */
    override readonly stack: string;

    constructor(args: ConstructorParameters<typeof pulumi.InputPropertiesError>[0]) {
        super(args);
        this.stack = [args.message, ...problemLines(args.errors)].join("\n");
    }

    /** `pulumi` prints the error in this form. */
    [inspect.custom](): string {
        return this.stack;
    }
}

/** Collects the problems of one component's arguments, so that a user sees all of them at once. */
export class ArgumentCheck {
    private readonly problems: pulumi.InputPropertyErrorDetails[] = [];

    constructor(private readonly component: string) {}

    report(propertyPath: string, reason: string | undefined): void {
        if (reason !== undefined) this.problems.push({ propertyPath, reason });
    }

    /** Warns about a value that works, but not as the user may expect. */
    warn(propertyPath: string, text: string): void {
        void pulumi.log.warn(`${this.component}: ${propertyPath} ${text}.`);
    }

    /** Checks a plain value. */
    known<T>(path: string, value: T | undefined, rule: Rule<T>): void {
        if (value !== undefined) this.report(path, rule(value));
    }

    /** Checks a plain value at once. The check of an output or a promise runs when its value is known. */
    input<T>(path: string, value: pulumi.Input<T>, rule: Rule<T>): pulumi.Input<T> {
        if (!isOutputOrPromise(value)) {
            this.report(path, rule(value as T));
            return value;
        }
        const output = pulumi.output(value);
        return output.apply(known => {
            const reason = rule(known as T);
            if (reason === undefined) return known as T;
            return pulumi.isSecret(output).then((secret): T => {
                const shown = secret ? withoutValue(reason, known) : reason;
                throw argumentsResourceError(this.component, [{ propertyPath: path, reason: shown }]);
            });
        }) as pulumi.Output<T>;
    }

    optionalInput<T>(
        path: string,
        value: pulumi.Input<T> | undefined,
        rule: Rule<T>,
    ): pulumi.Input<T> | undefined {
        return value === undefined ? undefined : this.input(path, value, rule);
    }

    /** @param advice what to set when the value is missing */
    required<T>(
        path: string,
        value: pulumi.Input<T> | undefined,
        advice: string,
        rule: Rule<T>,
    ): pulumi.Input<T> {
        if (value !== undefined && value !== null) return this.input(path, value, rule);
        this.report(path, `is missing; ${advice}`);
        // The component's constructor throws before it uses this value.
        return value as T;
    }

    /** Checks that a value belongs to an enum. */
    oneOf(path: string, value: string | undefined, allowed: object): void {
        const names: unknown[] = Object.values(allowed);
        if (value !== undefined && !names.includes(value)) {
            this.report(path, `is ${JSON.stringify(value)}; set it to one of ${names.join(", ")}`);
        }
    }

    throwIfAny(): void {
        if (this.problems.length === 0) return;
        throw new ArgumentsError({
            message: headline(this.component, this.problems.length),
            errors: this.problems,
        });
    }
}

/** Lists arguments that turn out to be invalid after the constructor has returned, when the values of outputs are known. */
export function argumentsResourceError(
    component: string,
    problems: readonly pulumi.InputPropertyErrorDetails[],
    resource?: pulumi.Resource,
): pulumi.ResourceError {
    const message = [headline(component, problems.length), ...problemLines(problems)].join("\n");
    return new pulumi.ResourceError(message, resource, true);
}

/** Rules quote the value, or a part of it in canonical form, between double quotes. */
function withoutValue(reason: string, value: unknown): string {
    const text = typeof value === "string" ? value.toLowerCase() : "";
    const quoted = reason.replaceAll(JSON.stringify(value), '"[secret]"');
    return quoted.replaceAll(/"([^"]+)"/g, (whole, inner: string) =>
        text.includes(inner.toLowerCase()) ? '"[secret]"' : whole,
    );
}

/** Whether the value is not known yet: an output of a resource, a configuration secret or a promise. */
export function isOutputOrPromise(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function headline(component: string, problems: number): string {
    return `${component}: ${problems === 1 ? "1 invalid argument" : `${problems} invalid arguments`}`;
}

function problemLines(problems: readonly pulumi.InputPropertyErrorDetails[]): string[] {
    return problems.map(({ propertyPath, reason }) => `    ${propertyPath}: ${reason}`);
}
