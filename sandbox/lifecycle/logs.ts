import { spawn } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import * as path from "node:path";
import type { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { PassThrough } from "node:stream";
import type { V1Pod } from "@kubernetes/client-node";
import type { SandboxInstance } from "../instance";
import { logFile } from "../processes/daemon";
import { DAEMONS } from "./sandbox";

/** Carries the ARM id of a pod's container group; the control process sets it. */
const ID_ANNOTATION = "sandbox/container-group-id";

export interface LogOptions {
    /** A container group or a daemon. All of them are named when it is left out. */
    name?: string | undefined;
    /** Go on with what is written from now on. */
    follow: boolean;
}

/** Writes the log of a container group or of a daemon. */
export async function sandboxLogs(
    instance: SandboxInstance,
    options: LogOptions,
    output: Writable,
): Promise<void> {
    const { name, follow } = options;
    const daemons = DAEMONS.filter(daemon => existsSync(logFile(instance, daemon)));
    if (name !== undefined && daemons.includes(name))
        return daemonLog(logFile(instance, name), follow, output);

    const pods = await containerGroupPods(instance);
    if (name === undefined) {
        const groups = [...new Set(pods.map(groupName))];
        output.write(
            `Container groups: ${groups.join(", ") || "none"}\nPrograms: ${daemons.join(", ") || "none"}\n`,
        );
        return;
    }
    const chosen = pods.filter(pod => groupName(pod) === name);
    if (chosen.length === 0) {
        throw new Error(
            `There is neither a container group nor a program "${name}". \`npm run sandbox -- logs\` names them.`,
        );
    }
    const sources = chosen.flatMap(pod =>
        [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(container => ({
            pod,
            container,
        })),
    );
    await Promise.all(
        sources.map(({ pod, container }) =>
            containerLog(instance, pod, container.name, sources.length > 1, follow, output),
        ),
    );
}

async function daemonLog(file: string, follow: boolean, output: Writable): Promise<void> {
    if (!follow) return pipeline(createReadStream(file), output, { end: false });
    const tail = spawn("tail", ["-n", "+1", "-F", file], { stdio: ["ignore", "pipe", "inherit"] });
    await pipeline(tail.stdout, output, { end: false });
}

async function containerGroupPods(instance: SandboxInstance): Promise<V1Pod[]> {
    if (!existsSync(path.join(instance.stateFolder, "kubeconfig"))) return [];
    const { config, kubernetes } = await client(instance);
    const api = config.makeApiClient(kubernetes.CoreV1Api);
    const { items } = await api.listPodForAllNamespaces();
    return items.filter(pod => pod.metadata?.annotations?.[ID_ANNOTATION]);
}

async function containerLog(
    instance: SandboxInstance,
    pod: V1Pod,
    container: string,
    several: boolean,
    follow: boolean,
    output: Writable,
): Promise<void> {
    const { config, kubernetes } = await client(instance);
    const { namespace = "", name = "" } = pod.metadata ?? {};
    const lines = new PassThrough();
    let rest = "";
    lines.setEncoding("utf8");
    lines.on("data", (chunk: string) => {
        const complete = (rest + chunk).split("\n");
        rest = complete.pop() ?? "";
        for (const line of complete) output.write(`${several ? `${container}: ` : ""}${line}\n`);
    });
    await new kubernetes.Log(config).log(namespace, name, container, lines, { follow });
    await finished(lines);
    if (rest) output.write(`${several ? `${container}: ` : ""}${rest}\n`);
}

/** Loaded when it is needed: it is large, and most commands do without. */
async function client(instance: SandboxInstance) {
    const kubernetes = await import("@kubernetes/client-node");
    const config = new kubernetes.KubeConfig();
    config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
    return { config, kubernetes };
}

function groupName(pod: V1Pod): string {
    return pod.metadata?.annotations?.[ID_ANNOTATION]?.split("/").at(-1) ?? "";
}
