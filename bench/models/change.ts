import { sandboxDown, sandboxReset, sandboxUp } from "../../sandbox/lifecycle/sandbox";
import { sandboxInstance } from "../../sandbox/instance";
import { print } from "../report";
import { median } from "../rounds";
import { ChangeStage } from "./change-stage";

const ROUNDS = 3;
/** Alike in everything but their names, so that neither tool meets what the other has done. */
const DECLARED = "declared";
const PATCHED = "patched";
const OTHERS = ["first", "second", "third"];

const PULUMI = "pulumi up";
const KUBECTL = "kubectl set env";

/** How long a change took, in seconds. */
interface Taken {
    /** Until Kubernetes had it. */
    before: number;
    /** From then on, until the new replica was ready. */
    ready: number;
    /** From then on, until a client got the first answer of the new version. */
    served: number;
    /** The whole command. */
    command: number;
}

type Seen = Record<typeof PULUMI | typeof KUBECTL, Taken[]>;

/**
 * One of several models changed by Pulumi, and by kubectl: the same variable of two Deployments that are alike. The fronts
 * hear of a new replica when the cluster's DNS gives up its answer, every 30 seconds; so that both have the same time to
 * wait for that, kubectl acts at the moment of that cycle at which Pulumi's change came to Kubernetes.
 */
export async function benchModelChange(): Promise<void> {
    const instance = sandboxInstance({ AZURE_SECURE_INFERENCE_SANDBOX: "2", ...process.env });
    await sandboxReset(instance);
    await sandboxUp(instance);
    const seen: Seen = { [PULUMI]: [], [KUBECTL]: [] };
    try {
        const stage = await ChangeStage.open(instance, [DECLARED, PATCHED, ...OTHERS]);
        for (let round = 1; round <= ROUNDS; round++) await changeBoth(stage, `round-${round}`, seen);
        await stage.close();
    } finally {
        await sandboxDown(instance);
        await sandboxReset(instance);
    }
    const middle = (tool: keyof Seen, part: keyof Taken) => median(seen[tool].map(one => one[part]));
    for (const tool of [PULUMI, KUBECTL] as const) {
        const [command, before, ready] = (["command", "before", "ready"] as const).map(part =>
            middle(tool, part).toFixed(2),
        );
        console.log(
            `${tool}: ${command} s; ${before} s until Kubernetes has the change, ${ready} s more until the new replica is ready`,
        );
    }
    print({
        name: "changed model, s from Kubernetes to the first answer",
        figures: new Map(([PULUMI, KUBECTL] as const).map(tool => [tool, middle(tool, "served")])),
        rival: KUBECTL,
        target: { atMost: 1.1 },
    });
}

async function changeBoth(stage: ChangeStage, version: string, seen: Seen): Promise<void> {
    const update = stage.declare(DECLARED, version);
    // With most of the cycle still to come, the replica is ready before its end.
    await stage.untilNameLives(DECLARED, 29);
    let left = 0;
    const noteLeft = async () => {
        left = await stage.nameLives(DECLARED);
    };
    seen[PULUMI].push(await change(stage, DECLARED, version, update, noteLeft));
    await stage.untilNameLives(PATCHED, left);
    seen[KUBECTL].push(await change(stage, PATCHED, version, () => stage.patch(PATCHED, version)));
}

async function change(
    stage: ChangeStage,
    model: string,
    version: string,
    act: () => Promise<void>,
    whenTaken?: () => Promise<void>,
): Promise<Taken> {
    const rollout = await stage.follow(model);
    const started = performance.now();
    const acting = act().then(() => performance.now());
    // A command that fails is told of at once.
    const taken = await Promise.race([rollout.taken, acting.then(() => rollout.taken)]);
    await whenTaken?.();
    const [ready, served, ended] = await Promise.all([
        rollout.complete,
        stage.served(model, version),
        acting,
    ]);
    const seconds = (from: number, to: number) => (to - from) / 1000;
    return {
        before: seconds(started, taken),
        ready: seconds(taken, ready),
        served: seconds(taken, served),
        command: seconds(started, ended),
    };
}
