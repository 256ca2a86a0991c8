import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { describe, expect, it } from "vitest";

const REPOSITORY = path.resolve(__dirname, "../../..");
const COMPONENTS = ["SecureAciInference", "SecureAksInference"];

const manifest = { name: "azure-secure-inference", version: "0.1.0", main: "components/index.ts" };
const analyzer = new Analyzer(REPOSITORY, "azure-secure-inference", manifest, new Set(COMPONENTS));
const { components, typeDefinitions } = analyzer.analyze();

describe("the components' arguments and outputs", () => {
    it.each([
        ["SecureAciInference", "model"],
        ["SecureAksInference", "models"],
    ])("of %s can be given to other languages", (component, argument) => {
        const inputs = components[component]?.inputs ?? {};
        expect(Object.keys(inputs)).toContain(argument);
        const undocumented = Object.entries(inputs).filter(([, { description }]) => !description);
        expect(undocumented).toEqual([]);
    });

    it("are documented, every field of every type", () => {
        const fields = Object.values(typeDefinitions).flatMap(type =>
            Object.entries(type.properties ?? {}).map(([name, { description }]) => ({
                at: `${type.name}.${name}`,
                description,
            })),
        );
        expect(fields.filter(({ description }) => !description)).toEqual([]);
    });

    it("have named enums where there is a choice", () => {
        expect(Object.keys(typeDefinitions)).toEqual(
            expect.arrayContaining([
                "TlsMode",
                "Environment",
                "MinimumTlsVersion",
                "GpuSku",
                "ClusterPurpose",
                "LoadBalancerType",
                "DnsRecordType",
                "AksModelArgs",
            ]),
        );
    });
});
