import * as pulumi from "@pulumi/pulumi";

/**
 * The value of an input. For resource hooks, which run after the resources that they use exist: during a preview, a promise for an
 * unknown value never resolves.
 */
export function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
    return new Promise(resolve => void pulumi.output(input).apply(resolve));
}
