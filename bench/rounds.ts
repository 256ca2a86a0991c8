/** One thing that is measured, and what it is measured against. */
export interface Contender {
    name: string;
    /** One round: the figure, larger or smaller is better as the measure says. */
    run(): Promise<number>;
}

/**
 * Runs all contenders in turn, several rounds, and gives the median of each. Taking turns lets whatever else
 * the machine does at a moment fall on all of them.
 */
export async function medians(
    contenders: readonly Contender[],
    rounds: number,
): Promise<Map<string, number>> {
    const figures = new Map<string, number[]>(contenders.map(one => [one.name, []]));
    for (let round = 0; round < rounds; round++) {
        for (const contender of contenders) figures.get(contender.name)!.push(await contender.run());
    }
    return new Map([...figures].map(([name, values]) => [name, median(values)]));
}

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
