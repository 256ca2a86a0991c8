import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { expect, it } from "vitest";

const COMPONENTS = path.resolve(__dirname, "../../..");

it("has arguments and outputs that Pulumi can give to other languages", () => {
    const manifest = { name: "azure-secure-inference", version: "0.1.0", main: "components/index.ts" };
    const analyzer = new Analyzer(
        COMPONENTS,
        "azure-secure-inference",
        manifest,
        new Set(["SecureAciInference"]),
    );
    const { components, typeDefinitions } = analyzer.analyze();
    const inputs = components.SecureAciInference?.inputs ?? {};
    expect(Object.keys(inputs)).toContain("model");
    const undocumented = [
        ...Object.entries(inputs).map(([name, input]) => ({ at: name, description: input.description })),
        ...Object.values(typeDefinitions).flatMap(type =>
            Object.entries(type.properties ?? {}).map(([name, property]) => ({
                at: `${type.name}.${name}`,
                description: property.description,
            })),
        ),
    ].filter(one => !one.description);
    expect(undocumented).toEqual([]);
    expect(Object.keys(typeDefinitions)).toEqual(
        expect.arrayContaining(["TlsMode", "Environment", "MinimumTlsVersion", "GpuSku"]),
    );
});
