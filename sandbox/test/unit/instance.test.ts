import { describe, expect, it } from "vitest";
import { sandboxInstance } from "../../instance";

describe("sandboxInstance", () => {
    it("uses different addresses, namespaces and state folders for all numbers", () => {
        const all = Array.from({ length: 16 }, (_, number) =>
            sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: String(number) }),
        );
        const values = all.flatMap(one => [
            one.stateFolder,
            one.namespace,
            one.arm.address,
            one.dns.address,
            one.kubernetes.address,
            one.containerGroupAddresses,
            one.loadBalancerAddresses,
            one.internalLoadBalancerAddresses,
        ]);
        expect(new Set(values).size).toBe(values.length);
    });

    it.each(["-1", "16", "1.5", "two", " "])("rejects the number %j", text => {
        expect(() => sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: text })).toThrow(
            /whole number from 0 to 15/,
        );
    });

    it("rejects a state folder whose sockets would have too long paths", () => {
        const home = (length: number) => ({ XDG_STATE_HOME: `/${"s".repeat(length)}` });
        expect(() => sandboxInstance(home(40))).toThrow(/74 bytes.*Set XDG_STATE_HOME to a shorter path/);
        expect(sandboxInstance(home(31)).stateFolder).toHaveLength(65);
    });
});
