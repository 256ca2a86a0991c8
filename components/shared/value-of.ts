import * as pulumi from "@pulumi/pulumi";

/** For hooks: they run when what they need is there. */
export function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
    return new Promise(resolve => void pulumi.output(input).apply(resolve));
}
