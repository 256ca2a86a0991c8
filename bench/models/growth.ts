import { print } from "../report";

/** The numbers of models behind one front. */
export const MODEL_COUNTS = [1, 10, 100] as const;

/** Tolerance for noise. Quadratic growth would exceed it tenfold from one step to the next. */
const LINEAR = 1.3;

/** Prints the cost of each further model for each step. Equal costs mean linear growth. */
export function printGrowth(
    name: string,
    totals: readonly (readonly [count: number, figure: number])[],
): void {
    const steps = totals.slice(1).map(([count, figure], index) => {
        const [before, figureBefore] = totals[index]!;
        return [`${before} to ${count} models`, (figure - figureBefore) / (count - before)] as const;
    });
    const [rival = ""] = steps[0] ?? [];
    // The last step decides.
    print({ name, figures: new Map([...steps].reverse()), rival, target: { atMost: LINEAR } });
}
