/** A contender: ours or a rival. */
export interface Contender {
    name: string;
    /** Runs one round and returns its figure. */
    run(): Promise<number>;
}

/** Runs several rounds of all contenders and returns the median of each. */
export async function medians(
    contenders: readonly Contender[],
    rounds: number,
): Promise<Map<string, number>> {
    return mediansOf(await inTurns(contenders, rounds));
}

/**
 * Runs several rounds of all contenders in turn and returns the figures of each. Taking turns spreads the load of other processes evenly
 * over the contenders.
 */
export async function inTurns(
    contenders: readonly Contender[],
    rounds: number,
): Promise<Map<string, number[]>> {
    const figures = new Map<string, number[]>(contenders.map(one => [one.name, []]));
    for (let round = 0; round < rounds; round++) {
        // Every second round in reverse order: the contender before has an effect, too.
        const order = round % 2 === 0 ? contenders : [...contenders].reverse();
        for (const contender of order) figures.get(contender.name)!.push(await contender.run());
    }
    return figures;
}

export function mediansOf(figures: ReadonlyMap<string, readonly number[]>): Map<string, number> {
    return new Map([...figures].map(([name, values]) => [name, median(values)]));
}

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
