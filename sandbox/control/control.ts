import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";
import { CertificateAuthority } from "../node/authority";
import { accessToken } from "./arm/access-token";
import { ResourceManager } from "./arm/resource-manager";
import { resourceTypes } from "./arm/resource-types";
import { ArmRouter } from "./arm/router";
import { armServer } from "./arm/server";
import { RecordingRunner } from "./container-groups/runner";
import { SUBSCRIPTION, TENANT } from "./context";
import { Store } from "./state/store";

/** The control plane while it runs. */
export interface Control {
    close(): Promise<void>;
}

/** Starts the control plane of a sandbox: ARM, DNS and, where there is Kubernetes, the container groups. */
export async function startControl(instance: SandboxInstance, clock = () => new Date()): Promise<Control> {
    const { stateFolder, arm } = instance;
    const store = new Store(path.join(stateFolder, "control", "resources.json"));
    const runner = new RecordingRunner();
    const types = resourceTypes({ store, instance, runner, clock });
    const manager = new ResourceManager(store, types, clock);
    const server = armServer({
        router: new ArmRouter(manager, types, SUBSCRIPTION, TENANT, clock),
        token: accessToken(stateFolder),
        certificate: await armCertificate(instance),
    });
    manager.resume();
    await server.listen({ host: arm.address, port: arm.port });
    return { close: () => server.close() };
}

/** Signed by the sandbox's authority, `ca.pem` in the state folder. */
async function armCertificate({ stateFolder, arm }: SandboxInstance) {
    const authority = await CertificateAuthority.open(stateFolder, "azure-secure-inference sandbox");
    const { certificate, key } = await authority.issue({
        file: "arm-server",
        commonName: "Azure Resource Manager of the sandbox",
        use: "server",
        names: ["localhost"],
        addresses: [arm.address],
    });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}
