import { describe, expect, it } from "vitest";
import { type AttackedFront, KEY, OTHER_HOST, type ModelSeen } from "./fronts";
import { attackerProgram } from "./programs";
import { onEachFront } from "./suite";

interface Case {
    name: string;
    /** No front may answer this with 2xx. What follows on the connection is a request of its own. */
    refuse: boolean;
    answers: string[];
    end: string;
}

/** Sends each malformed or ambiguous request once. */
async function sent(front: AttackedFront, key?: string): Promise<{ cases: Case[]; model: ModelSeen }> {
    await front.seen();
    const { entrances, host, path } = front;
    const { stdout, stderr } = await front.inside([
        ...[await attackerProgram(), "cases", "-seconds", "60", "-target", entrances[0] ?? ""],
        ...["-host", host, "-path", path, "-other", OTHER_HOST, ...(key === undefined ? [] : ["-key", key])],
    ]);
    if (!stdout.startsWith('{"cases"')) throw new Error(`The attacker ended with ${stderr}`);
    const { cases } = JSON.parse(stdout) as { cases: Case[] };
    return { cases, model: await front.seen() };
}

function accepted({ answers }: Case): number {
    return answers.filter(isSuccess).length;
}

function isSuccess(answer: string): boolean {
    return /^2\d\d$/.test(answer.replace("status ", ""));
}

function expectClean({ cases, model }: Awaited<ReturnType<typeof sent>>): void {
    expect(cases.length).toBeGreaterThan(100);
    expect.soft(cases.filter(each => each.refuse && isSuccess(each.answers[0] ?? ""))).toEqual([]);
    expect.soft(model.received.filter(({ odd }) => odd !== "")).toEqual([]);
    // Each request that the model gets is one that its client gets an answer to.
    const unanswered = cases.filter(each => {
        const arrived = model.received.filter(({ marker }) => marker === each.name);
        return arrived.length > accepted(each);
    });
    expect.soft(unanswered).toEqual([]);
}

onEachFront("malformed and ambiguous requests", front => {
    describe("with keys", () => {
        it("reach no model without a key", async () => {
            await front.start({ keysRequired: true, maxConcurrentRequests: 8, maxQueueWaitMs: 5_000 });
            const { cases, model } = await sent(front);
            expect(cases.filter(each => each.refuse && isSuccess(each.answers[0] ?? ""))).toEqual([]);
            expect(model.received).toEqual([]);
            expect(model.total).toBe(0);
        });

        it("reach the model clean and once with a key, and hide no request without one", async () => {
            const seen = await sent(front, KEY);
            expectClean(seen);
            expect(seen.model.received.filter(({ line }) => line.includes("smuggled"))).toEqual([]);
        });
    });

    it("reach the model clean and once without keys", async () => {
        await front.start({ keysRequired: false, maxConcurrentRequests: 8, maxQueueWaitMs: 5_000 });
        expectClean(await sent(front));
    });
});
