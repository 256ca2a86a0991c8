import * as pulumi from "@pulumi/pulumi";
import { ArgumentsError } from "../../components/shared/argument-check";

/** Mocks without resources, for tests that only check arguments. */
export function mockEngine(): Promise<void> {
    return pulumi.runtime.setMocks({
        call: () => ({}),
        newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
    });
}

/** The reasons that `read` throws, by property path. Empty if it accepts the arguments. */
export function argumentProblems(read: () => unknown): Record<string, string> {
    try {
        read();
        return {};
    } catch (error) {
        if (!(error instanceof ArgumentsError)) throw error;
        return Object.fromEntries(error.errors.map(one => [one.propertyPath, one.reason]));
    }
}
