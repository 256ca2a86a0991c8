import { createDefaultHttpClient, createPipelineRequest } from "@azure/core-rest-pipeline";
import { readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { azureClients, CONTAINER, group, refusal } from "../../testing/azure-clients";
import { azure, control, useControlPlane } from "./control-plane";
import { SUBSCRIPTION } from "../../subscriptions";

/** Tests authentication, routing and persistence of the control plane, which all resource types share. */
useControlPlane();

describe("the server", () => {
    it("refuses requests without the right token", async () => {
        const unauthenticated = azureClients(control.instance, "wrong-token");
        expect(await refusal(unauthenticated.resources.resourceGroups.get("clients"))).toMatchObject({
            statusCode: 401,
            code: "InvalidAuthenticationToken",
        });
    });

    it("has a certificate that only the authority of the sandbox certifies", async () => {
        const { address, port } = control.instance.arm;
        const request = createPipelineRequest({ url: `https://${address}:${port}/` });
        await expect(createDefaultHttpClient().sendRequest(request)).rejects.toThrow(/certificate/);
    });

    it.each([
        ["MissingApiVersionParameter", 400, "/resourceGroups"],
        ["InvalidApiVersionParameter", 400, "/resourceGroups?api-version=latest"],
        [
            "NoRegisteredProviderFound",
            400,
            "/resourceGroups/clients/providers/Microsoft.ContainerInstance/containerGroups/x?api-version=2016-01-01",
        ],
        [
            "InvalidResourceNamespace",
            404,
            "/resourceGroups/clients/providers/Contoso.Nothing/things/x?api-version=2020-01-01",
        ],
        [
            "InvalidResourceType",
            404,
            "/resourceGroups/clients/providers/Microsoft.Network/teapots/x?api-version=2020-01-01",
        ],
    ])("answers %s with %i", async (code, status, below) => {
        const { address, port } = control.instance.arm;
        const url = `https://${address}:${port}/subscriptions/${SUBSCRIPTION}${below}`;
        const http = createDefaultHttpClient();
        const token = readFileSync(path.join(control.instance.stateFolder, "arm-token"), "utf8");
        const request = createPipelineRequest({ url });
        request.headers.set("authorization", `Bearer ${token}`);
        request.tlsSettings = { ca: readFileSync(path.join(control.instance.stateFolder, "ca.pem"), "utf8") };
        const response = await http.sendRequest(request);
        expect(response.status).toBe(status);
        expect(JSON.parse(response.bodyAsText ?? "")).toMatchObject({ error: { code } });
    });

    it("keeps all resources after SIGKILL, in files that only the owner can read", async () => {
        await azure.containers.containerGroups.beginCreateOrUpdateAndWait("clients", "lasting", {
            ...group("lasting-abc"),
            containers: [{ ...CONTAINER, environmentVariables: [{ name: "KEY", secureValue: "hidden" }] }],
        });
        const before = await azure.containers.containerGroups.get("clients", "lasting");
        await control.kill();
        await control.resume();
        expect(await azure.containers.containerGroups.get("clients", "lasting")).toEqual(before);
        const { stateFolder } = control.instance;
        const record = path.join(stateFolder, "control", "resources.json");
        expect(readFileSync(record, "utf8")).toContain("hidden");
        for (const file of [
            record,
            path.join(stateFolder, "arm-token"),
            path.join(stateFolder, "ca-key.pem"),
        ]) {
            expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
        }
        expect((statSync(path.dirname(record)).mode & 0o777).toString(8)).toBe("700");
    });
});
