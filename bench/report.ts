import Table from "cli-table3";

export interface Measure {
    /** The measure, with its unit. */
    name: string;
    /** The figures by contender, ours included. */
    figures: Map<string, number>;
    /** The contender whose figure ours is divided by. */
    rival: string;
    /** The figures of each round, from which the spread of the ratio follows. */
    rounds?: ReadonlyMap<string, readonly number[]>;
    /** The target of the ratio. */
    target: { atLeast: number } | { atMost: number };
}

/** Prints a table of one measure: every figure, its ratio to the rival's figure, and whether ours reaches the target. */
export function print(measure: Measure): void {
    const rival = measure.figures.get(measure.rival)!;
    const table = new Table({
        head: [measure.name, "median", `ratio to ${measure.rival}`, "target"],
        style: { head: [], border: [] },
    });
    [...measure.figures].forEach(([name, figure], index) => {
        const ratio = figure / rival;
        table.push([
            name,
            readable(figure),
            `${ratio.toFixed(2)}${spread(measure, name)}`,
            index === 0 ? verdict(ratio, measure.target) : "",
        ]);
    });
    console.log(table.toString());
}

/** The smallest and the largest ratio of one round. */
function spread({ rounds, rival }: Measure, name: string): string {
    const [ours, theirs] = [rounds?.get(name), rounds?.get(rival)];
    if (!ours || !theirs || name === rival) return "";
    const ratios = ours.map((figure, round) => figure / theirs[round]!);
    return ` (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
}

/** Prints a figure that is compared with a limit instead of a rival. */
export function printAbsolute(name: string, figure: number, unit: string, atMost: number): void {
    const outcome = figure <= atMost ? "reached" : "missed";
    console.log(`${name}: ${readable(figure)} ${unit} (at most ${readable(atMost)} ${unit}: ${outcome})`);
}

function verdict(ratio: number, target: Measure["target"]): string {
    return "atLeast" in target
        ? `≥ ${target.atLeast}: ${ratio >= target.atLeast ? "reached" : "missed"}`
        : `≤ ${target.atMost}: ${ratio <= target.atMost ? "reached" : "missed"}`;
}

function readable(figure: number): string {
    return figure >= 100 ? Math.round(figure).toLocaleString("en") : figure.toFixed(2);
}
