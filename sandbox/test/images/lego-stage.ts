import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Container } from "@azure/arm-containerinstance";
import { shareFolder } from "../../control/arm/resource-types/storage-access";
import { sandboxUp } from "../../lifecycle/sandbox";
import { eventually } from "../../processes/wait";
import { LEGO_IMAGE, legoArchive } from "../../images/lego";
import type { SandboxInstance } from "../../instance";
import { importImage } from "../../node/images";
import { type AzureClients, azureClients, LOCATION } from "../../testing/azure-clients";
import { SUBSCRIPTION } from "../../subscriptions";
import { type SandboxPebble, sandboxPebble } from "../../testing/pebble-sandbox";

/** Ids of built-in roles. */
export const ROLES = {
    dnsZoneContributor: "befefa01-2a29-4197-83a8-272ff33ce314",
    reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
};

export const GROUP = "lego";
export const ZONE = "lego.test";
const ACCOUNT = "legosandbox";
const SHARE = "store";
const STORE = "/store";
const AUTHORITY_FOLDER = "/authority";
const ENDED_MS = 120_000;

/** A user-assigned identity. */
export interface Identity {
    id: string;
    principalId: string;
    clientId: string;
}

/** A resource group with a DNS zone and a file share in a sandbox, and an ACME server. */
export class LegoStage {
    private constructor(
        readonly instance: SandboxInstance,
        readonly azure: AzureClients,
        readonly server: SandboxPebble,
    ) {}

    static async open(instance: SandboxInstance): Promise<LegoStage> {
        await sandboxUp(instance);
        await importImage(instance, await legoArchive());
        const azure = azureClients(instance);
        await removeGroup(azure);
        await azure.resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
        await azure.dns.zones.createOrUpdate(GROUP, ZONE, { location: "global" });
        await azure.storage.storageAccounts.beginCreateAndWait(GROUP, ACCOUNT, {
            location: LOCATION,
            kind: "StorageV2",
            sku: { name: "Standard_LRS" },
        });
        await azure.storage.fileShares.create(GROUP, ACCOUNT, SHARE, {});
        return new LegoStage(instance, azure, await sandboxPebble(instance));
    }

    async close(): Promise<void> {
        await this.server.pebble.stop();
        await removeGroup(this.azure);
    }

    get kubernetes(): KubeConfig {
        const config = new KubeConfig();
        config.loadFromFile(path.join(this.instance.stateFolder, "kubeconfig"));
        return config;
    }

    async identity(name: string): Promise<Identity> {
        const { userAssignedIdentities } = this.azure.identities;
        const created = await userAssignedIdentities.createOrUpdate(GROUP, name, { location: LOCATION });
        const { id = "", principalId = "", clientId = "" } = created;
        return { id, principalId, clientId };
    }

    /** Assigns a role on the zone to an identity. */
    async grant({ principalId }: Identity, role: string): Promise<void> {
        const scope = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Network/dnsZones/${ZONE}`;
        await this.azure.authorization.roleAssignments.create(scope, randomUUID(), {
            principalId,
            principalType: "ServicePrincipal",
            roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        });
    }

    /** lego's environment: authority of the ACME server, and the location of the zone. */
    environment(): Record<string, string> {
        return {
            LEGO_CA_CERTIFICATES: `${AUTHORITY_FOLDER}/ca.pem`,
            AZURE_SUBSCRIPTION_ID: SUBSCRIPTION,
            AZURE_RESOURCE_GROUP: GROUP,
        };
    }

    /** A shell command that requests a certificate. */
    run(host: string, ...challenge: string[]): string {
        const { directoryUrl } = this.server;
        const account = ["--server", directoryUrl, "--accept-tos", "--path", `${STORE}/${host}`];
        return ["/lego", "run", ...account, "--domains", host, ...challenge].join(" ");
    }

    /** Creates a container group that mounts the share, and waits until its first container ends. @returns its log */
    async group(
        name: string,
        containers: Container[],
        options: { identity?: Identity; label?: string; readOnly?: boolean } = {},
    ): Promise<string> {
        const { containerGroups, containers: logs } = this.azure.containers;
        const { identity, label, readOnly = false } = options;
        await containerGroups.beginCreateOrUpdateAndWait(GROUP, name, {
            location: LOCATION,
            osType: "Linux",
            restartPolicy: "Never",
            containers,
            volumes: await this.volumes(readOnly),
            ...(identity && {
                identity: { type: "UserAssigned", userAssignedIdentities: { [identity.id]: {} } },
            }),
            ...(label !== undefined && {
                ipAddress: { type: "Public", dnsNameLabel: label, ports: [{ port: 80 }] },
            }),
        });
        const first = containers[0]?.name ?? "";
        const ended = await eventually(async () => {
            const group = await containerGroups.get(GROUP, name);
            return group.containers[0]?.instanceView?.currentState?.state === "Terminated";
        }, ENDED_MS);
        if (!ended) throw new Error(`The container ${first} of ${name} did not end in time.`);
        return (await logs.listLogs(GROUP, name, first)).content ?? "";
    }

    container(name: string, command: string, environment: Record<string, string> = {}): Container {
        return {
            name,
            image: LEGO_IMAGE,
            command: ["/bin/sh", "-c", command],
            environmentVariables: Object.entries({ ...this.environment(), ...environment }).map(
                ([key, value]) => ({ name: key, value }),
            ),
            resources: { requests: { cpu: 1, memoryInGB: 1 } },
            volumeMounts: [
                { name: "store-share", mountPath: STORE },
                { name: "authority", mountPath: AUTHORITY_FOLDER, readOnly: true },
            ],
        };
    }

    /** The certificate chain that lego has stored on the share for a host. */
    certificate(host: string): string | undefined {
        const folder = shareFolder(this.instance, ACCOUNT, SHARE);
        const file = path.join(folder, host, "certificates", `${host}.crt`);
        return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    }

    private async volumes(readOnly: boolean) {
        const { keys = [] } = await this.azure.storage.storageAccounts.listKeys(GROUP, ACCOUNT);
        const authority = Buffer.from(this.server.pebble.authority).toString("base64");
        return [
            {
                name: "store-share",
                azureFile: {
                    shareName: SHARE,
                    storageAccountName: ACCOUNT,
                    storageAccountKey: keys[0]?.value,
                    readOnly,
                },
            },
            { name: "authority", secret: { "ca.pem": authority } },
        ];
    }
}

async function removeGroup({ resources }: AzureClients): Promise<void> {
    if (!(await resources.resourceGroups.checkExistence(GROUP)).body) return;
    await resources.resourceGroups.beginDeleteAndWait(GROUP);
}
