import { describe, expect, it } from "vitest";
import { sandboxInstance } from "../../instance";

describe("sandboxInstance", () => {
    it("gives every instance its own addresses, namespace and state", () => {
        const all = Array.from({ length: 16 }, (_, number) =>
            sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: String(number) }),
        );
        const own = all.flatMap(one => [
            one.stateFolder,
            one.namespace,
            one.arm.address,
            one.dns.address,
            one.kubernetes.address,
            one.containerGroupAddresses,
            one.loadBalancerAddresses,
            one.internalLoadBalancerAddresses,
        ]);
        expect(new Set(own).size).toBe(own.length);
    });

    it.each(["-1", "16", "1.5", "two", " "])("refuses %j", text => {
        expect(() => sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: text })).toThrow(
            /whole number from 0 to 15/,
        );
    });
});
