import * as path from "node:path";
import { Command } from "commander";
import Table from "cli-table3";
import {
    sandboxDown,
    sandboxReset,
    sandboxStatus,
    sandboxUp,
    type SandboxOptions,
} from "./lifecycle/sandbox";
import { sandboxInstance } from "./instance";
import { sandboxLogs } from "./lifecycle/logs";
import { nodeTools } from "./node/tools";
import { runInteractively } from "../machine/run";

const MEBIBYTE = 1024 * 1024;

const program = new Command("sandbox")
    .description(
        "A local Azure: an ARM server, DNS, load balancers and a Kubernetes node that runs containers.",
    )
    // Options behind a command are that command's: kubectl has its own.
    .enablePositionalOptions();

program
    .command("up")
    .description("start what does not run; state of earlier runs is kept")
    .option("--kubeconfig <file>", "run containers in this cluster instead of a node of the sandbox's own")
    .option("--control-plane-only", "ARM and DNS alone: container groups are recorded, no container runs")
    .action(async (options: SandboxOptions) => {
        const instance = sandboxInstance();
        const { containerRuntime, reason, started } = await sandboxUp(instance, options);
        if (containerRuntime === "none") {
            const because = reason ? `The Kubernetes node was left out: ${reason}. ` : "";
            console.log(`${because}Container groups are recorded, but no container runs.`);
        }
        console.log(started.length > 0 ? `Started ${started.join(", ")}.` : "Everything runs already.");
        console.log(
            `ARM at https://${instance.arm.address}:${instance.arm.port}, state in ${instance.stateFolder}.`,
        );
    });

program
    .command("status")
    .description("what runs and answers; exit code 1 unless everything does")
    .option("--json", "for programs")
    .action(async ({ json }: { json?: boolean }) => {
        const instance = sandboxInstance();
        const status = await sandboxStatus(instance);
        if (json) {
            console.log(JSON.stringify(status, undefined, 2));
        } else {
            const table = new Table({ head: ["Program", "Process", "MiB"], style: { head: [], border: [] } });
            for (const { name, pid, memory } of status.daemons) {
                table.push([name, pid ?? "does not run", pid ? (memory / MEBIBYTE).toFixed(0) : ""]);
            }
            console.log(table.toString());
            for (const [name, answers] of Object.entries(status.ready)) {
                console.log(`${name}: ${answers ? "ready" : "not ready"}`);
            }
            console.log(
                `memory of all processes with containers: ${(status.memory / MEBIBYTE).toFixed(0)} MiB`,
            );
        }
        if (!Object.values(status.ready).every(Boolean)) process.exitCode = 1;
    });

program
    .command("logs")
    .description(
        "what a container group or a program of the sandbox has written; names them when called without one",
    )
    .argument("[name]", "a container group, or a program as `status` lists them")
    .option("-f, --follow", "go on until interrupted")
    .action(async (name: string | undefined, { follow }: { follow?: boolean }) => {
        await sandboxLogs(sandboxInstance(), { name, follow: follow ?? false }, process.stdout);
    });

program
    .command("kubectl")
    .description("Kubernetes' own client on the sandbox's cluster, e.g. `kubectl get pods --all-namespaces`")
    .argument("[arguments...]")
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
        const kubeconfig = path.join(sandboxInstance().stateFolder, "kubeconfig");
        const kubectl = (await nodeTools()).kubernetes("kubectl");
        process.exitCode = await runInteractively(kubectl, [`--kubeconfig=${kubeconfig}`, ...args]);
    });

program
    .command("down")
    .description("stop everything; state is kept")
    .action(async () => {
        const instance = sandboxInstance();
        await sandboxDown(instance);
        console.log(
            `Stopped. State is kept in ${instance.stateFolder}; \`npm run sandbox -- reset\` deletes it.`,
        );
    });

program
    .command("reset")
    .description("stop everything and delete all state")
    .action(async () => {
        await sandboxReset(sandboxInstance());
        console.log("Stopped, and all state is deleted.");
    });

program.parseAsync().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
