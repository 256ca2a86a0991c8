import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shareFolder } from "../../control/arm/resource-types/storage-access";
import { NAMESPACE } from "../../control/container-groups/kubernetes-runner";
import { sandboxUp } from "../../lifecycle/sandbox";
import { eventually } from "../../processes/wait";
import { importImage } from "../../node/images";
import { BUSYBOX_IMAGE, busyboxArchive } from "./image";
import { type AzureClients, azureClients, LOCATION, refusal } from "../../testing/azure-clients";
import { testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const GROUP = "clients-containers";
const PORT = 8080;

/** Tests container groups with Microsoft's client in a sandbox that runs the containers. */
describe.skipIf(!hasNode)("container groups in Kubernetes (needs Linux and root)", () => {
    const instance = testSandbox();
    let azure: AzureClients;

    beforeAll(async () => {
        await sandboxUp(instance);
        await importImage(instance, await busyboxArchive());
        azure = azureClients(instance);
        await azure.resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
    });
    afterAll(() => azure.resources.resourceGroups.beginDeleteAndWait(GROUP));

    const create = (name: string, parameters: Parameters<typeof containerGroup>[0]) =>
        azure.containers.containerGroups.beginCreateOrUpdateAndWait(GROUP, name, containerGroup(parameters));
    const get = (name: string) => azure.containers.containerGroups.get(GROUP, name);
    const address = async (name: string) => (await get(name)).ipAddress?.ip ?? "";

    /** @param script shell commands that the container runs before it serves the folder /tmp/www */
    function containerGroup({
        script = "true",
        label,
        ...members
    }: {
        script?: string;
        label?: string;
        [member: string]: unknown;
    }) {
        const { container, ...properties } = members as { container?: object };
        return {
            location: LOCATION,
            osType: "Linux",
            restartPolicy: "Always",
            containers: [
                {
                    name: "web",
                    image: BUSYBOX_IMAGE,
                    command: [
                        "/bin/sh",
                        "-c",
                        `mkdir -p /tmp/www; ${script}; trap exit TERM; httpd -f -p ${PORT} -h /tmp/www & wait`,
                    ],
                    ports: [{ port: PORT }],
                    resources: { requests: { cpu: 1, memoryInGB: 1 } },
                    ...container,
                },
            ],
            ipAddress: { type: "Public", ports: [{ port: PORT }], ...(label && { dnsNameLabel: label }) },
            ...properties,
        };
    }

    it("answer at their address, and have their variables, secrets and logs", async () => {
        await create("served", {
            script:
                'echo "$PLAIN $KEY $(cat /run/secret/word)" > /tmp/www/index.html; ' +
                "echo '$(PLAIN)' >> /tmp/www/index.html; echo written",
            container: {
                environmentVariables: [
                    { name: "PLAIN", value: "plain $(KEY)" },
                    { name: "KEY", secureValue: "secure-value" },
                ],
                volumeMounts: [{ name: "secret", mountPath: "/run/secret" }],
            },
            volumes: [{ name: "secret", secret: { word: Buffer.from("secret-word").toString("base64") } }],
        });
        const answer = await answerOf(await address("served"));
        expect(answer).toBe("plain $(KEY) secure-value secret-word\n$(PLAIN)\n");
        const { content } = await azure.containers.containers.listLogs(GROUP, "served", "web");
        expect(content).toBe("written\n");
        expect(await get("served")).toMatchObject({
            provisioningState: "Succeeded",
            instanceView: { state: "Running" },
            containers: [{ instanceView: { restartCount: 0, currentState: { state: "Running" } } }],
        });
    });

    it("restart at every PUT, even without a change, and keep their address", async () => {
        const script = "cat /proc/sys/kernel/random/uuid > /tmp/www/index.html";
        await create("again", { script });
        const ip = await address("again");
        const first = await answerOf(ip);
        await create("again", { script });
        expect(await address("again")).toBe(ip);
        expect(await answerOf(ip, answer => answer !== first)).not.toBe(first);
    });

    it("receive connections only while their readiness probe succeeds", async () => {
        await create("unready", {
            script: "true > /tmp/www/index.html; while [ ! -e /tmp/www/never ]; do sleep 1; done",
            container: {
                readinessProbe: { exec: { command: ["/bin/cat", "/tmp/www/never"] }, periodSeconds: 1 },
            },
        });
        expect((await get("unready")).provisioningState).toBe("Succeeded");
        await expect(request(await address("unready"))).rejects.toThrow(
            /ECONNRESET|ECONNREFUSED|socket hang up/,
        );
    });

    it("stop, and start again with the same containers", async () => {
        await create("paused", { script: "echo here > /tmp/www/index.html" });
        const ip = await address("paused");
        expect(await answerOf(ip)).toBe("here\n");
        await azure.containers.containerGroups.stop(GROUP, "paused");
        await expect(request(ip)).rejects.toThrow();
        await azure.containers.containerGroups.beginStartAndWait(GROUP, "paused");
        expect(await answerOf(await address("paused"))).toBe("here\n");
    });

    it("write files to an Azure file share", async () => {
        const { storageAccounts, fileShares } = azure.storage;
        const account = `shares${instance.number}`;
        await storageAccounts.create(GROUP, account, {
            location: LOCATION,
            sku: { name: "Standard_LRS" },
            kind: "StorageV2",
        });
        await fileShares.create(GROUP, account, "state", {});
        const { keys } = await storageAccounts.listKeys(GROUP, account);
        const azureFile = {
            shareName: "state",
            storageAccountName: account,
            storageAccountKey: keys?.[0]?.value,
        };
        const mounts = { volumeMounts: [{ name: "share", mountPath: "/mnt/share" }] };
        await create("writer", {
            script: "echo kept > /mnt/share/file",
            container: mounts,
            volumes: [{ name: "share", azureFile }],
        });
        await eventually(async () => (await get("writer")).instanceView?.state === "Running", 10_000);
        const file = path.join(shareFolder(instance, account, "state"), "file");
        expect(
            await eventually(async () => (await readFile(file, "utf8").catch(() => "")) === "kept\n", 10_000),
        ).toBe(true);
    });

    it("start after their init containers", async () => {
        await create("prepared", {
            script: "cat /mnt/ready/word > /tmp/www/index.html",
            container: { volumeMounts: [{ name: "ready", mountPath: "/mnt/ready" }] },
            volumes: [{ name: "ready", emptyDir: {} }],
            initContainers: [
                {
                    name: "prepare",
                    image: BUSYBOX_IMAGE,
                    command: ["/bin/sh", "-c", "sleep 1; echo prepared > /mnt/ready/word"],
                    volumeMounts: [{ name: "ready", mountPath: "/mnt/ready" }],
                },
            ],
        });
        expect(await answerOf(await address("prepared"))).toBe("prepared\n");
    });

    it("count restarts after crashes, and do not restart with restart policy Never", async () => {
        const crash = { container: { command: ["/bin/sh", "-c", "exit 3"] } };
        await create("crashing", crash);
        const crashed = async () =>
            ((await get("crashing")).containers[0]?.instanceView?.restartCount ?? 0) > 0;
        expect(await eventually(crashed, 60_000)).toBe(true);
        const { containers } = await get("crashing");
        expect(containers[0]?.instanceView?.previousState).toMatchObject({
            state: "Terminated",
            exitCode: 3,
        });

        await create("once", { ...crash, restartPolicy: "Never" });
        const failed = async () => (await get("once")).instanceView?.state === "Failed";
        expect(await eventually(failed, 30_000)).toBe(true);
        expect((await get("once")).containers[0]?.instanceView?.restartCount).toBe(0);
    });

    it("fail with the name of an inaccessible image, and can be corrected", async () => {
        const missing = create("mistyped", { container: { image: "localhost/no-such-image:1" } });
        expect((await refusal(missing)).message).toContain(
            "The image 'localhost/no-such-image:1' in container group 'mistyped' is not accessible.",
        );
        expect((await get("mistyped")).provisioningState).toBe("Failed");
        await create("mistyped", { script: "echo corrected > /tmp/www/index.html" });
        expect(await answerOf(await address("mistyped"))).toBe("corrected\n");
    });

    it("have no secrets in the load balancer's configuration or in process arguments", async () => {
        await create("quiet", {
            container: { environmentVariables: [{ name: "KEY", secureValue: "very-secret" }] },
        });
        const configuration = readFileSync(
            path.join(instance.stateFolder, "control", "haproxy", "haproxy.cfg"),
            "utf8",
        );
        expect(configuration).toContain("containerGroups/quiet");
        expect(configuration).not.toContain("very-secret");
        const { stdout } = await execa("ps", ["-eww", "-o", "args"]);
        expect(stdout).not.toContain("very-secret");
    });

    it("keep their connections while another group is created and deleted", async () => {
        await create("steady", { script: "echo steady > /tmp/www/index.html" });
        const ip = await address("steady");
        expect(await answerOf(ip)).toBe("steady\n");
        // The request is incomplete while HAProxy reloads for another group.
        const socket = net.connect(PORT, ip);
        socket.write("GET / HTTP/1.0\r\n");
        await create("neighbour", {});
        await azure.containers.containerGroups.beginDeleteAndWait(GROUP, "neighbour");
        const received = new Promise<string>((resolve, reject) => {
            let text = "";
            socket.on("data", chunk => (text += chunk.toString()));
            socket.on("end", () => resolve(text)).on("error", reject);
        });
        socket.write("\r\n");
        expect(await received).toContain("steady");
    });

    it("are started again at the same address after their pod is deleted", async () => {
        await create("deleted", { script: "cat /proc/sys/kernel/random/uuid > /tmp/www/index.html" });
        const ip = await address("deleted");
        const first = await answerOf(ip);
        const api = kubernetes();
        const { items } = await api.listNamespacedPod({ namespace: NAMESPACE });
        const name = items.find(pod => pod.metadata?.name?.startsWith("deleted-"))?.metadata?.name ?? "";
        await api.deleteNamespacedPod({ namespace: NAMESPACE, name });
        expect(await answerOf(ip, answer => answer !== first && answer !== "")).not.toBe(first);
    });

    it("leave no pods, secrets and listeners after the deletion of their resource group", async () => {
        const group = `${GROUP}-removed`;
        await azure.resources.resourceGroups.createOrUpdate(group, { location: LOCATION });
        const secret = { container: { environmentVariables: [{ name: "KEY", secureValue: "value" }] } };
        const { ipAddress } = await azure.containers.containerGroups.beginCreateOrUpdateAndWait(
            group,
            "removed",
            containerGroup(secret),
        );
        const ip = ipAddress?.ip ?? "";
        await azure.resources.resourceGroups.beginDeleteAndWait(group);
        const api = kubernetes();
        const pods = await api.listNamespacedPod({ namespace: NAMESPACE });
        const secrets = await api.listNamespacedSecret({ namespace: NAMESPACE });
        const names = [...pods.items, ...secrets.items].map(({ metadata }) => metadata?.name ?? "");
        expect(names.filter(name => name.startsWith("removed-"))).toEqual([]);
        const listenerIsRemoved = async () => {
            const configuration = await readFile(
                path.join(instance.stateFolder, "control", "haproxy", "haproxy.cfg"),
                "utf8",
            );
            return !configuration.includes("containerGroups/removed");
        };
        expect(await eventually(listenerIsRemoved, 5_000)).toBe(true);
        expect(
            await eventually(
                () =>
                    request(ip).then(
                        () => false,
                        () => true,
                    ),
                5_000,
            ),
        ).toBe(true);
    });

    function kubernetes(): CoreV1Api {
        const config = new KubeConfig();
        config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
        return config.makeApiClient(CoreV1Api);
    }

    /** Requests `/` until the body is not empty and `matches` accepts it. @returns the last body */
    async function answerOf(ip: string, matches = (body: string) => body !== ""): Promise<string> {
        let body = "";
        await eventually(async () => {
            body = await request(ip).catch(() => "");
            return matches(body) && body !== "";
        }, 20_000);
        return body;
    }

    function request(ip: string): Promise<string> {
        return new Promise((resolve, reject) => {
            const options = { host: ip, port: PORT, agent: false as const, timeout: 5_000 };
            const call = http.get(options, response => {
                let text = "";
                response.on("data", (chunk: Buffer) => (text += chunk.toString()));
                response.on("end", () => resolve(text)).on("error", reject);
            });
            call.on("timeout", () => call.destroy(new Error("timeout"))).on("error", reject);
        });
    }
});
