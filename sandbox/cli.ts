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
        "Starts, stops and inspects a local Azure: Resource Manager, DNS, load balancers and a Kubernetes node.",
    )
    // Options after the name of a command belong to that command. kubectl parses its options itself.
    .enablePositionalOptions();

program
    .command("up")
    .description("Starts the processes that are not running. Keeps the state of earlier runs.")
    .option(
        "--kubeconfig <file>",
        "runs containers in an existing cluster instead of the sandbox's Kubernetes node",
    )
    .option(
        "--control-plane-only",
        "starts Resource Manager and DNS only: container groups are recorded, but do not run",
    )
    .action(async (options: SandboxOptions) => {
        const instance = sandboxInstance();
        const { containerRuntime, reason, started } = await sandboxUp(instance, options);
        if (containerRuntime === "none") {
            const because = reason ? `The Kubernetes node was not started: ${reason}. ` : "";
            console.log(`${because}Container groups are recorded, but do not run.`);
        }
        console.log(
            started.length > 0 ? `Started ${started.join(", ")}.` : "All processes were already running.",
        );
        console.log(
            `Resource Manager: https://${instance.arm.address}:${instance.arm.port}. State: ${instance.stateFolder}.`,
        );
    });

program
    .command("status")
    .description("Shows processes, memory and readiness. The exit code is 1 unless all parts are ready.")
    .option("--json", "writes JSON")
    .action(async ({ json }: { json?: boolean }) => {
        const instance = sandboxInstance();
        const status = await sandboxStatus(instance);
        if (json) {
            console.log(JSON.stringify(status, undefined, 2));
        } else {
            const table = new Table({ head: ["Process", "Id", "MiB"], style: { head: [], border: [] } });
            for (const { name, pid, memory } of status.daemons) {
                table.push([name, pid ?? "not running", pid ? (memory / MEBIBYTE).toFixed(0) : ""]);
            }
            console.log(table.toString());
            for (const [name, answers] of Object.entries(status.ready)) {
                console.log(`${name}: ${answers ? "ready" : "not ready"}`);
            }
            console.log(
                `memory of all processes, including containers: ${(status.memory / MEBIBYTE).toFixed(0)} MiB`,
            );
        }
        if (!Object.values(status.ready).every(Boolean)) process.exitCode = 1;
    });

program
    .command("logs")
    .description("Writes the log of a container group or of a process. Without a name, lists the names.")
    .argument("[name]", "a container group, or a process that `status` lists")
    .option("-f, --follow", "continues with new lines until interrupted")
    .action(async (name: string | undefined, { follow }: { follow?: boolean }) => {
        await sandboxLogs(sandboxInstance(), { name, follow: follow ?? false }, process.stdout);
    });

program
    .command("kubectl")
    .description("Runs kubectl with the sandbox's cluster, e.g. `kubectl get pods --all-namespaces`.")
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
    .description("Stops all processes and keeps the state.")
    .action(async () => {
        const instance = sandboxInstance();
        await sandboxDown(instance);
        console.log(
            `The sandbox is stopped. Its state is in ${instance.stateFolder}; \`npm run sandbox -- reset\` deletes it.`,
        );
    });

program
    .command("reset")
    .description("Stops all processes and deletes the state.")
    .action(async () => {
        await sandboxReset(sandboxInstance());
        console.log("The sandbox is stopped, and its state is deleted.");
    });

program.parseAsync().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
