import { setTimeout as sleep } from "node:timers/promises";
import { runningDaemon } from "../../processes/daemon";
import { haproxyConfiguration, haproxySocket } from "./haproxy";
import { sendSignal } from "../../processes/processes";
import { eventually } from "../../processes/wait";
import type { SandboxInstance } from "../../instance";
import { hostNetworkNamespace } from "../../node/namespace";
import { writeAtomically } from "../state/atomic-file";
import { type Listener, renderLoadBalancer } from "./configuration";
import { runCommands, runningFrame } from "./runtime";

/** Delay after a change, to combine several changes. */
const QUIET_MS = 50;

/** Timeout of one reload, and number of attempts. */
const RELOAD_MS = 2_000;
const RELOADS = 3;

/**
 * Applies the listeners of container groups and Services to HAProxy. If only back ends change, it sends commands instead of
 * reloading, because after a reload the old process runs until its last connection ends: 50 reloads with keep-alive
 * connections left 27 processes in a measurement.
 */
export class LoadBalancerConfigurator {
    private applied = "";
    private working: Promise<void> = Promise.resolve();
    private next: Promise<void> | undefined;
    private closed = false;

    constructor(
        private readonly instance: SandboxInstance,
        private readonly listeners: () => readonly Listener[],
    ) {}

    /** Resolves after HAProxy has applied the current listeners. */
    changed(): Promise<void> {
        return (this.next ??= this.applySoon());
    }

    close(): void {
        this.closed = true;
    }

    private async applySoon(): Promise<void> {
        await Promise.all([sleep(QUIET_MS), this.working]);
        this.next = undefined;
        if (this.closed) return;
        this.working = this.apply().catch((error: unknown) => console.error(error));
        await this.working;
    }

    private async apply(): Promise<void> {
        const socket = haproxySocket(this.instance);
        const { text, frame, commands } = renderLoadBalancer({
            hostNamespace: hostNetworkNamespace(this.instance),
            control: socket,
            listeners: this.listeners(),
        });
        if (text === this.applied) return;
        // The file is for reloads and for a HAProxy that starts later.
        writeAtomically(haproxyConfiguration(this.instance), text);
        const changed = (await runningFrame(socket)) === frame && (await runCommands(socket, commands));
        if (changed || (await this.reload(frame))) this.applied = text;
        else console.error("HAProxy did not apply its new configuration. See the log of haproxy.");
    }

    private async reload(frame: string): Promise<boolean> {
        const master = runningDaemon(this.instance, "haproxy");
        if (master === undefined) return true;
        const socket = haproxySocket(this.instance);
        // SIGUSR2 makes the master process start a new worker with the listening sockets. The master ignores the signal while
        // it handles a previous one, so the signal is repeated.
        for (let count = 0; count < RELOADS; count++) {
            sendSignal(master, "SIGUSR2");
            if (await eventually(async () => (await runningFrame(socket)) === frame, RELOAD_MS)) return true;
        }
        return false;
    }
}
