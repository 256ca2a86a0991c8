import { sandboxDown, sandboxReset, sandboxUp } from "../../sandbox/lifecycle/sandbox";
import { claimedSandbox } from "../../sandbox/testing/test-sandbox";
import { print } from "../report";
import { median } from "../rounds";
import { ChangeStage } from "./change-stage";

const ROUNDS = 3;
/** Models that differ only in their names, so that each tool changes a fresh one. */
const DECLARED = "declared";
const PATCHED = "patched";
const OTHERS = ["first", "second", "third"];

const PULUMI = "pulumi up";
const KUBECTL = "kubectl set env";

/** The durations of a change, in seconds. */
interface Taken {
    /** Until Kubernetes had the change. */
    before: number;
    /** From then until the new replica was ready. */
    ready: number;
    /** From then until a client got the first answer of the new version. */
    served: number;
    /** The whole command. */
    command: number;
}

type Seen = Record<typeof PULUMI | typeof KUBECTL, Taken[]>;

/**
 * Compares a change of one model by Pulumi with the same change of an equal model by kubectl. The fronts see a new replica when the cached
 * DNS answer expires, every 30 seconds. kubectl therefore starts at the same moment of this cycle at which Pulumi's change reached
 * Kubernetes.
 */
export async function benchModelChange(): Promise<void> {
    const instance = claimedSandbox();
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
    // Early in the cycle, so that the replica is ready before the cached answer expires.
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
    // Fail at once if a command fails.
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
