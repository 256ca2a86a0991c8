import { describe, expect, it } from "vitest";
import { KubeConfig } from "@kubernetes/client-node";
import {
    adminKubeconfig,
    type KubeconfigSource,
    userKubeconfig,
} from "../../../control/managed-clusters/credentials";
import { managedClusterProperties } from "../../../control/managed-clusters/model";

const administrators = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
        { name: "other", cluster: { server: "https://127.0.0.9:6443" } },
        {
            name: "sandbox",
            cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Y2E=" },
        },
    ],
    users: [{ name: "sandbox", user: { "client-certificate-data": "Yw==", "client-key-data": "aw==" } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "sandbox" } }],
    "current-context": "sandbox",
});

const cluster = (
    properties: object,
    access: KubeconfigSource["access"] = { kubeconfig: administrators },
) => ({
    resourceGroup: "group",
    name: "aks",
    properties: managedClusterProperties.parse(properties),
    access,
});

function read(text: string): KubeConfig {
    const config = new KubeConfig();
    config.loadFromString(text);
    return config;
}

describe("the credentials of a managed cluster", () => {
    it.each([
        ["user", userKubeconfig(cluster({})), "aks", "clusterUser_group_aks"],
        ["administrator", adminKubeconfig(cluster({})), "aks-admin", "clusterAdmin_group_aks"],
    ])("give a %s access to the sandbox's Kubernetes, with Azure's names", (_, text, context, user) => {
        const config = read(text);
        expect(config.getCurrentContext()).toBe(context);
        expect(config.getCurrentCluster()).toMatchObject({
            name: "aks",
            server: "https://127.0.0.1:6443",
            caData: "Y2E=",
        });
        expect(config.getCurrentUser()).toMatchObject({ name: user, certData: "Yw==", keyData: "aw==" });
    });

    it("contain an unused server address if clusters are only recorded", () => {
        const config = read(userKubeconfig(cluster({}, { server: "https://127.0.60.6:6443" })));
        expect(config.getCurrentCluster()?.server).toBe("https://127.0.60.6:6443");
        expect(config.getCurrentUser()?.keyData).toBeUndefined();
    });

    const entra = cluster({ aadProfile: { managed: true, tenantID: "tenant" }, disableLocalAccounts: true });

    it("use kubelogin and contain no key if the cluster uses Entra ID", () => {
        const user = read(userKubeconfig(entra)).getCurrentUser();
        expect(user?.exec).toMatchObject({ command: "kubelogin" });
        expect((user?.exec as { args: string[] }).args).toEqual(
            expect.arrayContaining(["get-token", "--tenant-id", "tenant"]),
        );
        expect(user?.keyData).toBeUndefined();
    });

    it("are refused to administrators if local accounts are disabled", () => {
        expect(() => adminKubeconfig(entra)).toThrow(/set to disable local accounts/);
    });
});
