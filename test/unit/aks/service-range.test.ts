import { describe, expect, it } from "vitest";
import { dnsAddressProblem, serviceRange } from "../../../components/aks/service-range";

describe("the range of Kubernetes Services", () => {
    it.each(["10.0.0.0/16", "172.16.0.0/13", "192.168.255.0/24", "10.96.0.0/12"])("may be %s", range =>
        expect(serviceRange(range)).toBeUndefined(),
    );

    it.each<[range: string, reason: RegExp]>([
        ["10.0.0.0", /give an address range/],
        ["10.0.0.0/33", /give an address range/],
        ["10.0.0.256/24", /give an address range/],
        ["10.0.0.1/16", /begins with its first address/],
        ["10.0.0.0/16/8", /give an address range/],
        ["10.0.0.0/8", /no range larger than \/12/],
        ["172.31.4.0/24", /overlaps 172\.31\.0\.0\/16, a range that Azure uses/],
        ["192.0.0.0/16", /overlaps 192\.0\.2\.0\/24/],
        ["10.240.0.0/12", /overlaps 10\.244\.0\.0\/16, a range that the pods use/],
    ])("is not %s", (range, reason) => expect(serviceRange(range)).toMatch(reason));
});

describe("the address of the DNS service", () => {
    it.each<[range: string | undefined, address: string | undefined]>([
        [undefined, undefined],
        [undefined, "10.0.255.254"],
        ["10.0.0.0/16", undefined],
        ["172.16.0.0/16", "172.16.0.10"],
    ])("fits: %s, %s", (range, address) => expect(dnsAddressProblem(range, address)).toBeUndefined());

    it.each<[range: string | undefined, address: string | undefined, reason: RegExp]>([
        ["172.16.0.0/16", undefined, /is missing, and Azure's default, .* set it to 172\.16\.0\.10/],
        [undefined, "10.1.0.10", /is 10\.1\.0\.10, outside .* \(10\.0\.0\.0\/16\); set it to 10\.0\.0\.10/],
        ["10.0.0.0/16", "10.0.0.1", /the first address of the range/],
        ["10.0.0.0/16", "10.0.0.0", /the first address of the range/],
    ])("does not fit: %s, %s", (range, address, reason) =>
        expect(dnsAddressProblem(range, address)).toMatch(reason),
    );
});
