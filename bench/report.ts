import Table from "cli-table3";

export interface Measure {
    /** What was measured, with its unit. */
    name: string;
    /** Our figure and the figures of the others. */
    figures: Map<string, number>;
    /** Whose figure ours is divided by. */
    rival: string;
    /** What the ratio should be. */
    target: { atLeast: number } | { atMost: number };
}

/** Prints a table of one measure: every figure, its ratio to the rival's, and whether ours reaches its target. */
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
            ratio.toFixed(2),
            index === 0 ? verdict(ratio, measure.target) : "",
        ]);
    });
    console.log(table.toString());
}

/** A figure that has no rival but a limit of its own. */
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
