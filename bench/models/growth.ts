import { print } from "../report";

/** How many models are behind one front. */
export const MODEL_COUNTS = [1, 10, 100] as const;

/** Room for noise. What grew with the square would be ten times over from one step to the next. */
const LINEAR = 1.3;

/** Prints what each further model costs from step to step; where it costs the same, the whole is linear. */
export function printGrowth(
    name: string,
    totals: readonly (readonly [count: number, figure: number])[],
): void {
    const steps = totals.slice(1).map(([count, figure], index) => {
        const [before, figureBefore] = totals[index]!;
        return [`${before} to ${count} models`, (figure - figureBefore) / (count - before)] as const;
    });
    const [rival = ""] = steps[0] ?? [];
    // The last is what is judged.
    print({ name, figures: new Map([...steps].reverse()), rival, target: { atMost: LINEAR } });
}
