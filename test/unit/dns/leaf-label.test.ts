import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dnsNameLabel, leafLabelProblem } from "../../../components/dns/leaf-label";

const owner = { project: "inference", stack: "prod", component: "iris" };

describe("dnsNameLabel", () => {
    it("appends six characters to the leaf label and forms a valid DNS label, for any owner", () => {
        const leaf = fc.stringMatching(/^[a-z][a-z0-9-]{0,56}$/);
        const owners = fc.record({ project: fc.string(), stack: fc.string(), component: fc.string() });
        fc.assert(
            fc.property(leaf, owners, (label, anyOwner) => {
                expect(leafLabelProblem(label)).toBeUndefined();
                const full = dnsNameLabel(label, anyOwner);
                expect(full.slice(0, -6)).toBe(label);
                expect(full).toMatch(/^[a-z][a-z0-9-]*[a-z0-9]{6}$/);
                expect(full.length).toBeLessThanOrEqual(63);
            }),
        );
    });

    // Another value would change the address of every running service.
    it("returns the same label in every version of this library", () => {
        expect(dnsNameLabel("contoso", owner)).toBe("contosovp26fk");
    });

    it("differs when the label or any part of its owner differs", () => {
        const others = [
            dnsNameLabel("contoso", owner),
            dnsNameLabel("contoso", { ...owner, project: "other" }),
            dnsNameLabel("contoso", { ...owner, stack: "dev" }),
            dnsNameLabel("contoso", { ...owner, component: "wine" }),
            dnsNameLabel("contoso", { project: "inferencep", stack: "rod", component: "iris" }),
            dnsNameLabel("contosos", owner),
        ];
        expect(new Set(others.map(one => one.slice(-6))).size).toBe(others.length);
    });
});

describe("leafLabelProblem", () => {
    it.each([
        ["", /is empty/],
        ["a".repeat(58), /58 characters; use at most 57/],
        ["Contoso", /use contoso/],
        ["score.contoso", /has dots/],
        ["1contoso", /start with a letter/],
        ["con_toso", /only letters/],
    ])("refuses %j", (label, reason) => {
        expect(leafLabelProblem(label)).toMatch(reason);
    });
});
