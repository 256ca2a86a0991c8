import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Rule } from "./rules";

/** Thrown once for all arguments that cannot work. Pulumi shows the paths; without it they are in the text. */
export class ArgumentsError extends pulumi.InputPropertiesError {
    /** What the Automation API prints for an inline program that fails: the problems, no stack of this library. */
    override readonly stack: string;

    constructor(args: ConstructorParameters<typeof pulumi.InputPropertiesError>[0]) {
        super(args);
        const problems = args.errors.map(one => `    ${one.propertyPath}: ${one.reason}`);
        this.stack = [args.message, ...problems].join("\n");
    }

    /** What `pulumi` prints. */
    [inspect.custom](): string {
        return this.stack;
    }
}

/** Collects what is wrong with the arguments of one component. */
export class ArgumentCheck {
    private readonly problems: pulumi.InputPropertyErrorDetails[] = [];

    constructor(private readonly component: string) {}

    report(propertyPath: string, reason: string | undefined): void {
        if (reason !== undefined) this.problems.push({ propertyPath, reason });
    }

    /** A value that is known when the program is written. */
    known<T>(path: string, value: T | undefined, rule: Rule<T>): void {
        if (value !== undefined) this.report(path, rule(value));
    }

    /** A value that may become known later: then the check is part of what is returned. */
    input<T>(path: string, value: pulumi.Input<T>, rule: Rule<T>): pulumi.Input<T> {
        if (!isLater(value)) {
            this.report(path, rule(value as T));
            return value;
        }
        return pulumi.output(value).apply(known => {
            const reason = rule(known as T);
            if (reason === undefined) return known as T;
            throw laterError(this.component, [{ propertyPath: path, reason }]);
        });
    }

    optionalInput<T>(
        path: string,
        value: pulumi.Input<T> | undefined,
        rule: Rule<T>,
    ): pulumi.Input<T> | undefined {
        return value === undefined ? undefined : this.input(path, value, rule);
    }

    /** A value without which nothing works. */
    required<T>(
        path: string,
        value: pulumi.Input<T> | undefined,
        what: string,
        rule: Rule<T>,
    ): pulumi.Input<T> {
        if (value !== undefined && value !== null) return this.input(path, value, rule);
        this.report(path, `is missing; ${what}`);
        // Never used: the constructor throws before.
        return value as T;
    }

    /** One of the values of a named enum. */
    oneOf(path: string, value: string | undefined, allowed: object): void {
        const names: unknown[] = Object.values(allowed);
        if (value !== undefined && !names.includes(value)) {
            this.report(path, `is ${JSON.stringify(value)}; give one of ${names.join(", ")}`);
        }
    }

    throwIfAny(): void {
        if (this.problems.length === 0) return;
        throw new ArgumentsError({
            message: `${this.component}: ${count(this.problems.length)} cannot work`,
            errors: this.problems,
        });
    }
}

/** For what is found out when the constructor has long returned. */
export function laterError(
    component: string,
    problems: readonly pulumi.InputPropertyErrorDetails[],
    resource?: pulumi.Resource,
): pulumi.ResourceError {
    const lines = problems.map(one => `    ${one.propertyPath}: ${one.reason}`);
    const message = [`${component}: ${count(problems.length)} cannot work`, ...lines].join("\n");
    return new pulumi.ResourceError(message, resource, true);
}

/** Whether a value is known only later: an output of a resource, a secret of the configuration, a promise. */
export function isLater(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function count(problems: number): string {
    return problems === 1 ? "1 argument" : `${problems} arguments`;
}
