import { spawn } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import * as path from "node:path";
import { PassThrough, type Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import type { KubeConfig, V1Pod } from "@kubernetes/client-node";
import { ID_ANNOTATION } from "../control/container-groups/pod";
import type { SandboxInstance } from "../instance";
import { logFile } from "../processes/daemon";
import { DAEMONS } from "./sandbox";

export interface LogOptions {
    /** A container group or a daemon. Without it, the names of all of them are written. */
    name?: string | undefined;
    /** Continue with new lines until the process is interrupted. */
    follow: boolean;
}

/** Writes the log of a container group or of a daemon to `output`. */
export async function sandboxLogs(
    instance: SandboxInstance,
    options: LogOptions,
    output: Writable,
): Promise<void> {
    const { name, follow } = options;
    const daemons = DAEMONS.filter(daemon => existsSync(logFile(instance, daemon)));
    if (name !== undefined && daemons.includes(name))
        return writeDaemonLog(logFile(instance, name), follow, output);

    // Without Kubernetes, the logs of the processes are still readable, e.g. to find out why it does not run.
    const pods = await containerGroupPods(instance).catch(() => undefined);
    if (name === undefined) {
        const groups = [...new Set(pods?.map(groupName))].join(", ") || "none";
        output.write(`Container groups: ${pods ? groups : "unknown, because Kubernetes does not answer"}\n`);
        output.write(`Processes: ${daemons.join(", ") || "none"}\n`);
        return;
    }
    if (!pods) {
        throw new Error(
            `${name}: no process has this name, and Kubernetes does not answer for container groups. Run \`npm run sandbox -- up\` and try again.`,
        );
    }
    const groupPods = pods.filter(pod => groupName(pod) === name);
    if (groupPods.length === 0) {
        throw new Error(
            `${name}: no container group or process has this name. Run \`npm run sandbox -- logs\` for a list of names.`,
        );
    }
    await writePodLogs(instance, groupPods, follow, output);
}

async function writePodLogs(
    instance: SandboxInstance,
    pods: readonly V1Pod[],
    follow: boolean,
    output: Writable,
): Promise<void> {
    const { config, kubernetes } = await kubernetesClient(instance);
    const log = new kubernetes.Log(config);
    const sources = pods.flatMap(pod =>
        [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(container => ({
            pod,
            container: container.name,
        })),
    );
    await Promise.all(
        sources.map(async ({ pod, container }) => {
            const prefix = sources.length > 1 ? `${container}: ` : "";
            const lines = prefixedLines(prefix, output);
            const { namespace = "", name: podName = "" } = pod.metadata ?? {};
            await log.log(namespace, podName, container, lines, { follow });
            await finished(lines);
        }),
    );
}

async function writeDaemonLog(file: string, follow: boolean, output: Writable): Promise<void> {
    if (!follow) return pipeline(createReadStream(file), output, { end: false });
    const tail = spawn("tail", ["-n", "+1", "-F", file], { stdio: ["ignore", "pipe", "inherit"] });
    await pipeline(tail.stdout, output, { end: false });
}

async function containerGroupPods(instance: SandboxInstance): Promise<V1Pod[]> {
    if (!existsSync(path.join(instance.stateFolder, "kubeconfig"))) return [];
    const { config, kubernetes } = await kubernetesClient(instance);
    const api = config.makeApiClient(kubernetes.CoreV1Api);
    const { items } = await api.listPodForAllNamespaces();
    return items.filter(pod => pod.metadata?.annotations?.[ID_ANNOTATION]);
}

/** A stream that writes each complete line to `output` with a prefix, so that lines of several containers do not mix. */
function prefixedLines(prefix: string, output: Writable): PassThrough {
    const stream = new PassThrough();
    let incomplete = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
        const lines = (incomplete + chunk).split("\n");
        incomplete = lines.pop() ?? "";
        for (const line of lines) output.write(`${prefix}${line}\n`);
    });
    stream.on("end", () => {
        if (incomplete) output.write(`${prefix}${incomplete}\n`);
    });
    return stream;
}

/** Imported on first use: the client is large, and most commands do not need it. */
async function kubernetesClient(
    instance: SandboxInstance,
): Promise<{ config: KubeConfig; kubernetes: typeof import("@kubernetes/client-node") }> {
    const kubernetes = await import("@kubernetes/client-node");
    const config = new kubernetes.KubeConfig();
    config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
    return { config, kubernetes };
}

function groupName(pod: V1Pod): string {
    return pod.metadata?.annotations?.[ID_ANNOTATION]?.split("/").at(-1) ?? "";
}
