import * as path from "node:path";
import { execa } from "execa";
import type { SandboxInstance } from "../instance";
import { nodeTools } from "../node/tools";

/** kubectl with the administrator's credentials of a sandbox's cluster. */
export class Kubectl {
    private constructor(
        private readonly program: string,
        private readonly kubeconfig: string,
    ) {}

    static async forSandbox(instance: SandboxInstance): Promise<Kubectl> {
        const program = (await nodeTools()).kubernetes("kubectl");
        return new Kubectl(program, path.join(instance.stateFolder, "kubeconfig"));
    }

    /** @returns standard output */
    async run(...args: string[]): Promise<string> {
        const { stdout } = await execa(this.program, ["--kubeconfig", this.kubeconfig, ...args]);
        return stdout;
    }

    /** Creates or changes objects. */
    async apply(...objects: object[]): Promise<void> {
        const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
        const args = ["--kubeconfig", this.kubeconfig, "apply", "--server-side", "--filename=-"];
        await execa(this.program, args, { input });
    }

    /** Deletes a namespace's Deployments and pods at once. A regular deletion would let the pods drain for about a minute. */
    async killPods(namespace: string): Promise<void> {
        const inNamespace = ["--namespace", namespace, "--ignore-not-found", "--wait=false"];
        await this.run("delete", "deployments", "--all", ...inNamespace);
        await this.run("delete", "pods", "--all", "--force", "--grace-period=0", ...inNamespace);
    }
}
