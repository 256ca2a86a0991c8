/** Resource Manager of the sandbox on a free port, with container groups that a test can make fail. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { accessToken } from "../control/arm/access-token";
import { ArmError } from "../control/arm/errors";
import { ResourceManager } from "../control/arm/resource-manager";
import { resourceTypes } from "../control/arm/resource-types";
import { ArmRouter } from "../control/arm/router";
import { armServer } from "../control/arm/server";
import { type ContainerGroupRunner, RecordingRunner } from "../control/container-groups/runner";
import { SUBSCRIPTION, SUBSCRIPTIONS, TENANT } from "../subscriptions";
import type { Resource } from "../control/state/resource";
import { Store } from "../control/state/store";
import { type SandboxInstance, sandboxInstance } from "../instance";
import { CertificateAuthority } from "../node/authority";

export interface TestArm {
    instance: SandboxInstance;
    /** Names of container groups that are accepted and then fail to start. */
    broken: Set<string>;
    /** Names of container groups that are accepted and never finish starting. */
    stuck: Set<string>;
    token: string;
    subscription: string;
    /** All stored resources, including properties that Resource Manager never returns. */
    resources(): Resource[];
    /** Sends a request without Pulumi. */
    request(
        method: "GET" | "PUT" | "DELETE",
        relative: string,
        apiVersion: string,
        body?: object,
    ): Promise<{ status: number; body: unknown }>;
    close(): Promise<void>;
}

export interface TestArmOptions {
    /**
     * Starts and stops container groups.
     * @default records them only
     */
    runner?: ContainerGroupRunner;
    /** First three octets of their addresses. @default those of sandbox 1 */
    containerGroupAddresses?: string;
}

export async function startArm(options: TestArmOptions = {}): Promise<TestArm> {
    const stateFolder = await mkdtemp(path.join(os.tmpdir(), "arm-test-"));
    const address = "127.0.0.1";
    const standard = sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: "1" });
    const { containerGroupAddresses = standard.containerGroupAddresses } = options;
    const instance = { ...standard, containerGroupAddresses, stateFolder };
    const authority = await CertificateAuthority.open(stateFolder, "authority of the test");
    const { certificate, key } = await authority.issue({
        file: "arm-server",
        commonName: "ARM of the test",
        use: "server",
        names: ["localhost"],
        addresses: [address],
    });
    const broken = new Set<string>();
    const stuck = new Set<string>();
    const clock = () => new Date();
    const store = new Store(path.join(stateFolder, "resources.json"));
    const runner = options.runner ?? new FailingRunner(broken, stuck);
    const types = resourceTypes({ store, instance, runner, clock });
    const token = accessToken(stateFolder);
    const server = armServer({
        router: new ArmRouter({
            manager: new ResourceManager(store, types, clock),
            types,
            subscriptions: SUBSCRIPTIONS,
            tenant: TENANT,
            clock,
        }),
        token,
        certificate: { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") },
    });
    await server.listen({ host: address, port: 0 });
    return {
        instance: { ...instance, arm: { address, port: (server.server.address() as AddressInfo).port } },
        broken,
        stuck,
        token,
        subscription: SUBSCRIPTION,
        resources: () => [...store.all()],
        request: requestTo(server, token),
        async close() {
            await server.close();
            await rm(stateFolder, { recursive: true, force: true });
        },
    };
}

function requestTo(server: ReturnType<typeof armServer>, token: string): TestArm["request"] {
    return async (method, relative, apiVersion, body) => {
        const response = await server.inject({
            method,
            url: `/subscriptions/${SUBSCRIPTION}${relative}?api-version=${apiVersion}`,
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            ...(body && { payload: JSON.stringify(body) }),
        });
        return {
            status: response.statusCode,
            body: response.body ? JSON.parse(response.body) : undefined,
        };
    };
}

class FailingRunner extends RecordingRunner {
    constructor(
        private readonly broken: Set<string>,
        private readonly stuck: Set<string>,
    ) {
        super();
    }

    override run(group?: Resource): Promise<void> {
        if (group && this.stuck.has(group.name)) return new Promise(() => undefined);
        if (!group || !this.broken.has(group.name)) return Promise.resolve();
        return Promise.reject(
            new ArmError(400, "ContainerGroupTransitioning", "The image cannot be started."),
        );
    }
}
