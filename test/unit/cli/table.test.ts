import { describe, expect, it } from "vitest";
import type { Report } from "../../../cli/verify";
import { renderTable } from "../../../cli/verify/table";

const report: Report = {
    ok: false,
    checks: [
        { name: "tcp", outcome: "ok", seen: "20.1.2.3 port 443", advice: "" },
        {
            name: "certificate-dates",
            outcome: "fault",
            seen: "leaf-expired: The certificate for CN=score.contoso.com expired on 2026-01-01T00:00:00.000Z.",
            advice: "Renew it.",
        },
    ],
};

describe("renderTable", () => {
    it("shows the observation and the advice of each check", () => {
        const text = renderTable(report, { colour: false, width: 200 });
        expect(text).toMatch(/tcp +│ ok +│ 20\.1\.2\.3 port 443/);
        expect(text).toMatch(/certificate-dates +│ fault +│ leaf-expired: .*│ Renew it\./);
        expect(text.split("\n").at(-1)).toBe("1 ok, 1 fault");
    });

    it.each([80, 100, 140])("wraps text at %s columns without losing a word", width => {
        const lines = renderTable(report, { colour: false, width }).split("\n");
        expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(width);
        const seen = lines.map(line => line.split("│")[3] ?? "").join(" ");
        expect(seen.replace(/\s+/g, " ")).toContain("The certificate for CN=score.contoso.com expired on");
    });

    it("uses colours only if they are allowed", () => {
        const isColoured = (text: string) => text.includes("\u001b[");
        expect(isColoured(renderTable(report, { colour: true, width: 100 }))).toBe(true);
        expect(isColoured(renderTable(report, { colour: false, width: 100 }))).toBe(false);
    });
});
