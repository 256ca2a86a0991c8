import * as pulumi from "@pulumi/pulumi";

/**
 * The value of an input. Rejects when the input does, so that a caller fails instead of waiting for ever. For resource hooks,
 * which run after the resources that they use exist: during a preview, a promise for an unknown value never resolves.
 */
export function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
    return new Promise((resolve, reject) => {
        const output = pulumi.output(input);
        output.apply(resolve);
        // An output has no method to observe a rejection. `isSecret` resolves with the value and rejects with its error.
        pulumi.isSecret(output).catch(reject);
    });
}
