import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { type AttackedFront, GroupFront, PodFronts, type AttackSettings } from "./fronts";
import { attack, type Attack, expectHeld, peace, type Score, slowestP99 } from "./measure";
import { attackerProgram } from "./programs";

/** Both hostings. */
const FRONTS: readonly (() => AttackedFront)[] = [() => new GroupFront(), () => new PodFronts()];

/** Tests on each hosting. */
export function onEachFront(title: string, tests: (front: AttackedFront) => void): void {
    describe.skipIf(CANNOT_RUN).each(FRONTS.map(make => make()))(titled(`${title}: $title`), front => {
        beforeAll(async () => {
            await attackerProgram();
            await front.open();
        });
        afterAll(() => front.close());
        tests(front);
    });
}

/** One test per attack, with these settings: a client loses nothing while the attack lasts. */
export function holds(front: AttackedFront, settings: AttackSettings, attacks: readonly Attack[]): void {
    const keys = settings.keysRequired ? "with keys" : "without keys";
    describe(`${keys}, ${settings.maxConcurrentRequests ?? 1} at the same time`, () => {
        let calm: Score;
        beforeAll(async () => {
            await front.start(settings);
            calm = await peace(front);
        });

        // Vitest shortens `$title`.
        it.each(attacks.map(one => [one.title, one] as const))("holds against %s", async (_, one) => {
            let measured = await attack(front, calm, one);
            expectHeld(measured, one);
            if (measured.attacked.p99 >= slowestP99(measured)) {
                // Another process may have needed the processor. Peace and attack are measured once more, one after the other.
                measured = await attack(front, await peace(front), one);
                expectHeld(measured, one);
            }
            expect(measured.attacked.p99).toBeLessThan(slowestP99(measured));
        });
    });
}
