import { execa, type ResultPromise } from "execa";
import { mkdtemp, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ContainerInstanceManagementClient } from "@azure/arm-containerinstance";
import { ContainerServiceClient } from "@azure/arm-containerservice";
import { DnsManagementClient } from "@azure/arm-dns";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";
import { NetworkManagementClient } from "@azure/arm-network";
import { ResourceManagementClient } from "@azure/arm-resources";
import { StorageManagementClient } from "@azure/arm-storage";
import type { TokenCredential } from "@azure/core-auth";
import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import { controlAnswers, controlCommand } from "../lifecycle/control-process";
import { eventually } from "../processes/wait";
import { type SandboxInstance, sandboxInstance } from "../instance";
import { SUBSCRIPTION } from "../subscriptions";
import { testSandbox } from "./test-sandbox";

export const LOCATION = "westeurope";

/** A start takes a second, on a busy machine many times that. */
const START_MS = 120_000;

/** The container of `group`. Its image does not exist, so it can only be recorded. */
export const CONTAINER = {
    name: "web",
    image: "web:1",
    ports: [{ port: 443 }],
    resources: { requests: { cpu: 1, memoryInGB: 1.5 } },
};

/** A container group with a public address and one container. */
export const group = (dnsNameLabel: string) => ({
    location: LOCATION,
    osType: "Linux",
    containers: [CONTAINER],
    ipAddress: { type: "Public", ports: [{ port: 443 }], dnsNameLabel },
});

/** Microsoft's management clients with a sandbox as endpoint. */
export interface AzureClients {
    authorization: AuthorizationManagementClient;
    clusters: ContainerServiceClient;
    containers: ContainerInstanceManagementClient;
    dns: DnsManagementClient;
    identities: ManagedServiceIdentityClient;
    network: NetworkManagementClient;
    resources: ResourceManagementClient;
    storage: StorageManagementClient;
}

/** @param token a different token than that of the sandbox, for tests of refused requests */
export function azureClients(
    instance: SandboxInstance,
    token = armToken(instance),
    subscription = SUBSCRIPTION,
): AzureClients {
    const credential: TokenCredential = {
        getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
    };
    const options = {
        endpoint: `https://${instance.arm.address}:${instance.arm.port}`,
        httpClient: clientTrusting(readFileSync(path.join(instance.stateFolder, "ca.pem"), "utf8")),
        retryOptions: { maxRetries: 0 },
    };
    return {
        authorization: new AuthorizationManagementClient(credential, subscription, options),
        clusters: new ContainerServiceClient(credential, subscription, options),
        containers: new ContainerInstanceManagementClient(credential, subscription, options),
        dns: new DnsManagementClient(credential, subscription, options),
        identities: new ManagedServiceIdentityClient(credential, subscription, options),
        network: new NetworkManagementClient(credential, subscription, options),
        resources: new ResourceManagementClient(credential, subscription, options),
        storage: new StorageManagementClient(credential, subscription, options),
    };
}

/** A control plane without Kubernetes, in a separate process, with state and addresses that no other test uses. */
export class ControlProcess {
    private process: ResultPromise | undefined;

    private constructor(
        readonly instance: SandboxInstance,
        private readonly environment: NodeJS.ProcessEnv,
        private readonly home: string,
    ) {}

    static async start(): Promise<ControlProcess> {
        // Test files that run concurrently have the sandboxes 1 to 4, and therefore different numbers from 12 to 15.
        const number = 11 + testSandbox().number;
        const home = await mkdtemp(path.join(os.tmpdir(), "azure-clients-"));
        const environment = {
            ...process.env,
            XDG_STATE_HOME: home,
            AZURE_SECURE_INFERENCE_SANDBOX: String(number),
        };
        const control = new ControlProcess(sandboxInstance(environment), environment, home);
        await control.resume();
        return control;
    }

    /** Starts the process. After `kill`, it continues with the same state. */
    async resume(): Promise<void> {
        const [program = "", ...args] = controlCommand();
        const started = execa(program, args, { env: this.environment, reject: false, all: true });
        this.process = started;
        if (await eventually(() => controlAnswers(this.instance), START_MS)) return;
        started.kill();
        throw new Error(`The control process does not answer: ${(await started).all}`);
    }

    /** Ends the process without cleanup, as a power failure does. */
    async kill(): Promise<void> {
        this.process?.kill("SIGKILL");
        await this.process;
    }

    async stop(): Promise<void> {
        this.process?.kill("SIGTERM");
        await this.process;
        await rm(this.home, { recursive: true, force: true });
    }
}

/** The error of a call that must fail. @throws when it succeeds */
export async function refusal(
    call: Promise<unknown>,
): Promise<{ statusCode?: number; code?: string; message: string }> {
    try {
        await call;
    } catch (error) {
        const { statusCode, code, message } = error as {
            statusCode?: number;
            code?: string;
            message: string;
        };
        return { statusCode, code, message };
    }
    throw new Error("The call succeeded, but it was expected to fail.");
}

/** All items of a paged list. */
export async function all<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of pages) items.push(item);
    return items;
}

export function armToken(instance: SandboxInstance): string {
    return readFileSync(path.join(instance.stateFolder, "arm-token"), "utf8").trim();
}

/** An HTTP client that trusts the sandbox's authority. Certificates are verified. */
function clientTrusting(ca: string): HttpClient {
    const client = createDefaultHttpClient();
    const tlsSettings = { ca };
    return { sendRequest: request => client.sendRequest(Object.assign(request, { tlsSettings })) };
}
