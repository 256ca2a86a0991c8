import { setTimeout as sleep } from "node:timers/promises";
import { runningDaemon } from "../../processes/daemon";
import { haproxyConfiguration, haproxySocket } from "./haproxy";
import { signal } from "../../processes/processes";
import { eventually } from "../../processes/wait";
import type { SandboxInstance } from "../../instance";
import { hostNetwork } from "../../node/namespace";
import { writeAtomically } from "../state/atomic-file";
import { type Listener, renderLoadBalancer } from "./configuration";
import { runningFrame, tell } from "./runtime";

/** Several changes in a row make one. */
const QUIET_MS = 50;

/** How long HAProxy may take to read its configuration again until it is asked once more, and how often it is asked. */
const RELOAD_MS = 2_000;
const RELOADS = 3;

/**
 * Keeps HAProxy at what container groups and Services are. Where only pods come and go it is told so, because every
 * reload leaves a process behind for as long as one connection lasts: 50 reloads under connections that are kept
 * alive were seen to leave 27 processes.
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

    /** Ends when HAProxy does what is right now. */
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
            outside: hostNetwork(this.instance),
            control: socket,
            listeners: this.listeners(),
        });
        if (text === this.applied) return;
        // A HAProxy that starts later, or again, reads it.
        writeAtomically(haproxyConfiguration(this.instance), text);
        const told = (await runningFrame(socket)) === frame && (await tell(socket, commands));
        if (told || (await this.reload(frame))) this.applied = text;
        else console.error("HAProxy has not taken its new configuration. See its log.");
    }

    private async reload(frame: string): Promise<boolean> {
        const master = runningDaemon(this.instance, "haproxy");
        if (master === undefined) return true;
        const socket = haproxySocket(this.instance);
        // The master process has new workers take over the listening sockets; old ones end their connections. It overhears
        // the signal while it is still busy with the one before.
        for (let count = 0; count < RELOADS; count++) {
            signal(master, "SIGUSR2");
            if (await eventually(async () => (await runningFrame(socket)) === frame, RELOAD_MS)) return true;
        }
        return false;
    }
}
