import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processStart, sendSignal } from "../../processes/processes";
import { DAEMONS, sandboxDown, sandboxReset, sandboxStatus, sandboxUp } from "../../lifecycle/sandbox";
import { eventually } from "../../processes/wait";
import { sandboxInstance } from "../../instance";
import { sandboxProcesses } from "../../node/control-groups";
import { PAUSE_IMAGE } from "../../node/images";
import { difference, hostFootprint, type HostFootprint } from "./sandbox-footprint";
import { FULL } from "../../testing/full";
import { cleanTestSandbox, TEST_SANDBOXES, testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();
const neighbour = sandboxInstance({ ...process.env, AZURE_SECURE_INFERENCE_SANDBOX: "14" });

/** All daemons of a sandbox with a node, except the one that only keeps the namespaces. */
const EVERY_DAEMON = [...DAEMONS].filter(name => name !== "namespace").sort();

const GIBIBYTE = 1024 ** 3;

/** `npm test` runs only the case that the README promises: nothing on the host changes. `npm run test:all` runs all. */
const full = it.runIf(FULL);

describe.skipIf(!hasNode)("a sandbox (needs Linux and root)", () => {
    beforeAll(async () => {
        // Other test files leave their sandboxes running, and this file compares the whole machine before and after.
        const others = TEST_SANDBOXES.filter(number => number !== instance.number);
        await Promise.all(others.map(cleanTestSandbox));
        // The first start downloads and builds programs, which the comparison must not include.
        await sandboxUp(instance);
        // Pods of an interrupted run.
        for (const { metadata } of (await api().listNamespacedPod({ namespace: "default" })).items) {
            await deletePod(metadata?.name ?? "");
        }
        await sandboxDown(instance);
    });
    afterAll(async () => {
        await sandboxReset(neighbour);
    });

    it("changes nothing on the host outside of its namespaces, and removes everything when it stops", async () => {
        const before = await hostFootprint(instance);
        await sandboxUp(instance);
        await runPod("footprint");
        const during = await hostFootprint(instance);
        const members = new Set(sandboxProcesses(instance));
        const namespaces = difference(before.networkNamespaces, during.networkNamespaces);
        await deletePod("footprint");
        await sandboxDown(instance);
        const after = await hostFootprint(instance);

        // While it runs: processes in its control groups, loopback addresses, and one folder for sockets.
        const name = `/azure-secure-inference-${instance.number}`;
        const isSandboxGroup = (line: string) => line.startsWith("+ /sys/fs/cgroup/") && line.includes(name);
        expect(unexpected(before, during, "mounts")).toEqual([]);
        expect(unexpected(before, during, "network")).toEqual([]);
        expect(unexpected(before, during, "packetFilter")).toEqual([]);
        expect(unexpected(before, during, "kernelSettings")).toEqual([]);
        expect(difference(before.listeners.other, during.listeners.other)).toEqual([]);
        expect(unexpected(before, during, "controlGroups").filter(line => !isSandboxGroup(line))).toEqual([]);
        expect(unexpected(before, during, "files").filter(line => !line.startsWith(`+ /run${name}`))).toEqual(
            [],
        );

        // The running sandbox differs from the state before. Otherwise the comparison below would prove nothing.
        expect(members.size).toBeGreaterThanOrEqual(EVERY_DAEMON.length + 2);
        expect(namespaces.length).toBeGreaterThanOrEqual(2);
        expect(unexpected(before, during, "controlGroups").length).toBeGreaterThan(0);
        expect(unexpected(before, during, "files").length).toBeGreaterThan(0);

        // After the stop, the state is the one before the start.
        const remainingProcesses = during.processes
            .filter(line => members.has(Number(line.split(" ")[0])))
            .filter(line => after.processes.includes(line));
        expect(remainingProcesses).toEqual([]);
        expect(after.networkNamespaces.filter(one => namespaces.includes(`+ ${one}`))).toEqual([]);
        for (const list of [
            "mounts",
            "network",
            "packetFilter",
            "kernelSettings",
            "controlGroups",
            "files",
        ] as const) {
            expect(unexpected(before, after, list)).toEqual([]);
        }
        const remainingListeners = after.listeners.loopback.filter(line =>
            line.includes(` ${addressBlock()}`),
        );
        expect(remainingListeners).toEqual([]);
    });

    full("keeps its state and restarts its pods after down and up", async () => {
        await sandboxUp(instance);
        const { token, authority } = identity();
        await runPod("kept");
        await sandboxDown(instance);
        expect((await sandboxUp(instance)).started.sort()).toEqual(EVERY_DAEMON);
        await podIsReady("kept");
        expect(identity()).toEqual({ token, authority });
        await deletePod("kept");
    });

    full("restarts all daemons after SIGKILL, while containers continue to run", async () => {
        await sandboxUp(instance);
        await runPod("survivor");
        const containers = sandboxProcesses(instance, "kubepods").map(pid => `${pid} ${processStart(pid)}`);
        expect(containers.length).toBeGreaterThanOrEqual(2);

        const { daemons } = await sandboxStatus(instance);
        for (const { pid } of daemons) if (pid !== undefined) sendSignal(pid, "SIGKILL");
        await eventually(
            async () => (await sandboxStatus(instance)).daemons.every(({ pid }) => !pid),
            10_000,
        );

        expect((await sandboxUp(instance)).started.sort()).toEqual(EVERY_DAEMON);
        await podIsReady("survivor");
        expect(sandboxProcesses(instance, "kubepods").map(pid => `${pid} ${processStart(pid)}`)).toEqual(
            containers,
        );
        await deletePod("survivor");
    });

    full("restarts only the processes that have ended", async () => {
        await sandboxUp(instance);
        expect((await sandboxUp(instance)).started).toEqual([]);
        const { daemons } = await sandboxStatus(instance);
        const scheduler = daemons.find(({ name }) => name === "kube-scheduler");
        sendSignal(scheduler!.pid!, "SIGKILL");
        await eventually(() => processStart(scheduler!.pid!) === undefined, 10_000);
        expect((await sandboxUp(instance)).started).toEqual(["kube-scheduler"]);
    });

    full("runs beside another sandbox on the same machine", async () => {
        await sandboxUp(instance);
        await runPod("mine");
        await sandboxUp(neighbour);
        expect((await sandboxStatus(neighbour)).ready).toEqual({
            control: true,
            apiServer: true,
            node: true,
        });
        await sandboxReset(neighbour);
        expect(existsSync(neighbour.stateFolder)).toBe(false);
        expect((await sandboxUp(instance)).started).toEqual([]);
        expect(await podPhase("mine")).toBe("Running");
        await deletePod("mine");
    });

    full("uses at most 1 GiB of memory when idle", async () => {
        await sandboxUp(instance);
        const { memory } = await sandboxStatus(instance);
        console.log(
            `Idle sandbox: ${(memory / 1024 ** 2).toFixed(0)} MiB (proportional set size of all its processes).`,
        );
        expect(memory).toBeGreaterThan(0);
        expect(memory).toBeLessThanOrEqual(GIBIBYTE);
    });

    full("lets only the owner read its state, and writes no keys to arguments and logs", async () => {
        await sandboxUp(instance);
        expect(readable(instance.stateFolder)).toEqual([]);
        const { token } = identity();
        const { processes } = await hostFootprint(instance);
        expect(processes.filter(line => line.includes(token))).toEqual([]);
        const logs = path.join(instance.stateFolder, "log");
        const logsWithToken = readdirSync(logs).filter(name =>
            readFileSync(path.join(logs, name), "utf8").includes(token),
        );
        expect(logsWithToken).toEqual([]);
    });
});

describe("a sandbox without a node", () => {
    const bare = sandboxInstance({ ...process.env, AZURE_SECURE_INFERENCE_SANDBOX: "15" });
    afterAll(() => sandboxReset(bare));

    full("runs Resource Manager and DNS only", async () => {
        const { containerRuntime, started } = await sandboxUp(bare, { controlPlaneOnly: true });
        expect({ containerRuntime, started }).toEqual({ containerRuntime: "none", started: ["control"] });
        const { daemons, ready } = await sandboxStatus(bare);
        expect(ready).toEqual({ control: true, apiServer: false, node: false });
        expect(daemons.filter(({ pid }) => pid).map(({ name }) => name)).toEqual(["control"]);
        await sandboxDown(bare);
        expect((await sandboxStatus(bare)).daemons.filter(({ pid }) => pid)).toEqual([]);
    });
});

type Lists = {
    [Name in keyof HostFootprint]: HostFootprint[Name] extends string[] ? Name : never;
}[keyof HostFootprint];

function unexpected(before: HostFootprint, after: HostFootprint, list: Lists): string[] {
    return difference(before[list], after[list]);
}

function addressBlock(): string {
    return instance.arm.address.replace(/\.\d+$/, ".");
}

function identity() {
    const text = (name: string) => readFileSync(path.join(instance.stateFolder, name), "utf8");
    return { token: text("arm-token").trim(), authority: text("ca.pem") };
}

/** The folder, if other users than the owner have any permission on it. */
function readable(folder: string): string[] {
    const { mode } = statSync(folder);
    return (mode & 0o077) === 0 ? [] : [folder];
}

function api(): CoreV1Api {
    const config = new KubeConfig();
    config.loadFromFile(path.join(instance.stateFolder, "kubeconfig"));
    return config.makeApiClient(CoreV1Api);
}

async function runPod(name: string): Promise<void> {
    await api().createNamespacedPod({
        namespace: "default",
        body: {
            metadata: { name },
            spec: {
                automountServiceAccountToken: false,
                terminationGracePeriodSeconds: 1,
                containers: [{ name: "wait", image: PAUSE_IMAGE, imagePullPolicy: "Never" }],
                volumes: [{ name: "memory", emptyDir: { medium: "Memory" } }],
            },
        },
    });
    await podIsReady(name);
}

async function podIsReady(name: string): Promise<void> {
    const ready = async () => {
        const { status } = await api().readNamespacedPod({ namespace: "default", name });
        return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
    };
    expect(await eventually(ready, 120_000)).toBe(true);
}

async function podPhase(name: string): Promise<string | undefined> {
    return (await api().readNamespacedPod({ namespace: "default", name })).status?.phase;
}

async function deletePod(name: string): Promise<void> {
    await api().deleteNamespacedPod({ namespace: "default", name });
    const gone = async () =>
        (await api().listNamespacedPod({ namespace: "default" })).items.every(
            pod => pod.metadata?.name !== name,
        );
    expect(await eventually(gone, 60_000)).toBe(true);
}
