import { styleText } from "node:util";
import Table from "cli-table3";
import type { Outcome, Report } from "./report";

const COLOURS = { ok: "green", warning: "yellow", fault: "red", skipped: "gray" } as const;

/**
 * Renders the report as a table.
 *
 * @param width width of the terminal in characters
 */
export function renderTable(report: Report, { colour, width }: { colour: boolean; width: number }): string {
    const paint = (outcome: Outcome) =>
        colour ? styleText(COLOURS[outcome], outcome, { validateStream: false }) : outcome;
    // Borders and padding of four columns take 13 characters.
    const name = Math.max(...report.checks.map(check => check.name.length));
    const text = Math.max(40, width - name - "skipped".length - 13);
    const seen = Math.ceil(text * 0.6);
    const table = new Table({
        head: ["Check", "Outcome", "Seen", "What to do"],
        colWidths: [name + 2, "skipped".length + 2, seen + 2, text - seen + 2],
        wordWrap: true,
        style: { head: [], border: [], compact: true },
    });
    table.push(
        ...report.checks.map(({ name, outcome, seen, advice }) => [name, paint(outcome), seen, advice]),
    );
    const count = (outcome: Outcome) => report.checks.filter(check => check.outcome === outcome).length;
    const counts = (["ok", "warning", "fault", "skipped"] as const)
        .filter(outcome => count(outcome) > 0)
        .map(outcome => `${count(outcome)} ${outcome}`);
    return `${table.toString()}\n${counts.join(", ")}`;
}
