import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { issuerContainerCommand } from "../../../components/issuer";

const HOUR = 3_600;
const DAY = 24 * HOUR;

const NEXT_PAUSE = /^next_pause\(\) \{[^]*?^\}/m.exec(issuerContainerCommand[2] ?? "")?.[0] ?? "";

/** What the script's own function says, by the shell. Each pause is up to a quarter longer than what is expected here. */
async function pauses(
    certificate: { lifetime: number; left: number } | undefined,
    failures: readonly number[],
): Promise<number[]> {
    const { lifetime = 0, left } = certificate ?? {};
    const script = `
        LONGEST_PAUSE_SECONDS=21600 FIRST_RETRY_SECONDS=30 lifetime=${lifetime} failing=0
        expires=${left === undefined ? 0 : `$(($(date +%s) + ${left}))`}
        ${NEXT_PAUSE}
        for failures in ${failures.join(" ")}; do next_pause; echo "$seconds"; done`;
    const { stdout } = await execa("/bin/sh", ["-euc", script]);
    return stdout.split("\n").map(Number);
}

function about(expected: number): [number, number] {
    // The clock goes on while the shell starts.
    return [expected - 1, expected * 1.25 + 1];
}

describe("the issuer's pace", () => {
    it.each([
        ["90 days", 90 * DAY, 60 * DAY, 6 * HOUR],
        ["45 days", 45 * DAY, 30 * DAY, 6 * HOUR],
        ["45 days, soon over", 45 * DAY, 10 * HOUR, HOUR / 2],
        ["6 days", 6 * DAY, 6 * DAY, 6 * HOUR],
        ["a minute", 60, 60, 3],
        ["a minute, over", 60, -100, 3],
        ["90 days, over", 90 * DAY, -DAY, 900],
        // A clock that was years behind when the certificate was issued.
        ["a wrong clock", 90 * DAY, 9_000 * DAY, 6 * HOUR],
    ])("looks at a certificate of %s in good time", async (_, lifetime, left, expected) => {
        const [seconds = 0] = await pauses({ lifetime, left }, [0]);
        const [least, most] = about(expected);
        expect(seconds).toBeGreaterThanOrEqual(least);
        expect(seconds).toBeLessThanOrEqual(most);
    });

    it("tries again soon, then twice as late each time, and sooner the less there is left", async () => {
        const check = (seen: number[], expected: number[]) => {
            for (const [index, seconds] of seen.entries()) {
                const [least, most] = about(expected[index] ?? 0);
                expect(seconds).toBeGreaterThanOrEqual(least);
                expect(seconds).toBeLessThanOrEqual(most);
            }
        };
        const failures = [1, 2, 3, 4, 5, 6, 7, 30, 1_000];
        check(await pauses(undefined, failures), [30, 60, 120, 240, 480, 900, 900, 900, 900]);
        check(
            await pauses({ lifetime: 90 * DAY, left: 30 * DAY }, failures),
            [30, 60, 120, 240, 480, 960, 1_920, 21_600, 21_600],
        );
        check(
            await pauses({ lifetime: 90 * DAY, left: 6 * HOUR }, failures),
            [30, 60, 120, 240, 480, 960, 1_080, 1_080, 1_080],
        );
        check(
            await pauses({ lifetime: 60, left: 20 }, failures),
            failures.map(() => 3),
        );
    });

    it("stays below what Let's Encrypt counts as too many failures: five, and another one every twelve minutes", async () => {
        let left = 5;
        const failures = Array.from({ length: 60 }, (_, index) => index + 1);
        for (const seconds of await pauses(undefined, failures)) {
            expect(left).toBeGreaterThanOrEqual(1);
            left = Math.min(5, left - 1 + seconds / 720);
        }
    });

    it("never fails so often that Let's Encrypt pauses a name: 1,152 times, and once more each day", async () => {
        const script = `
            LONGEST_PAUSE_SECONDS=21600 FIRST_RETRY_SECONDS=30 lifetime=0 expires=0 failures=0 failing=0
            ${NEXT_PAUSE}
            while [ "$failing" -lt ${100 * DAY} ] && [ "$failures" -lt 1000 ]; do
                failures=$((failures + 1)); next_pause; failing=$((failing + seconds))
            done
            echo "$failures $seconds"`;
        const { stdout } = await execa("/bin/sh", ["-euc", script]);
        const [failures = 0, seconds = 0] = stdout.split(" ").map(Number);
        expect(failures - 100).toBeLessThan(1_152 / 2);
        expect(seconds).toBeGreaterThanOrEqual(6 * HOUR);
    });
});

describe("the issuer's command", () => {
    it("is shell", async () => {
        const { stderr } = await execa("/bin/sh", ["-n", "-c", issuerContainerCommand[2] ?? ""]);
        expect(stderr).toBe("");
    });

    it("gives no setting as an argument, which everybody on the machine could read", () => {
        expect(issuerContainerCommand[2]).toContain('"$lego" run >');
        expect(issuerContainerCommand[2]).not.toMatch(/HMAC|hmac/);
    });
});
