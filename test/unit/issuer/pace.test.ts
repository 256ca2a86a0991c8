import * as path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { shellCommand, SHELLS } from "./shells";

const HOUR = 3_600;
const DAY = 24 * HOUR;

const PACE = path.join(__dirname, "../../../components/issuer/scripts/pace.sh");
const ENVIRONMENT = { PACE, LONGEST_PAUSE_SECONDS: "21600", FIRST_RETRY_SECONDS: "30" };

describe.each(SHELLS)("the pause between attempts, in %s", shell => {
    /** Output lines of shell code that calls `next_pause`. */
    const run = async (code: string): Promise<string[]> => {
        const [program, ...args] = await shellCommand(shell);
        const options = { env: ENVIRONMENT, stdin: "ignore" } as const;
        const { stdout } = await execa(program, [...args, "-euc", `. "$PACE"\n${code}`], options);
        return stdout.split("\n");
    };

    const pauses = async (lifetime: number, left: number, failures: readonly number[]): Promise<number[]> =>
        (await run(failures.map(count => `next_pause ${lifetime} ${left} ${count} 0`).join("\n"))).map(
            Number,
        );

    /** Each pause is random, up to a quarter longer than the base. */
    const expectPauses = (seen: readonly number[], bases: readonly number[]) => {
        expect(seen).toHaveLength(bases.length);
        for (const [index, seconds] of seen.entries()) {
            expect(seconds).toBeGreaterThanOrEqual(bases[index] ?? Infinity);
            expect(seconds).toBeLessThanOrEqual((bases[index] ?? 0) * 1.25);
        }
    };

    it.each([
        ["90 days", 90 * DAY, 60 * DAY, 6 * HOUR],
        ["45 days", 45 * DAY, 30 * DAY, 6 * HOUR],
        ["45 days, of which 10 hours are left", 45 * DAY, 10 * HOUR, HOUR / 2],
        ["6 days", 6 * DAY, 6 * DAY, 6 * HOUR],
        ["a minute", 60, 60, 3],
        ["a minute, expired", 60, -100, 3],
        ["90 days, expired", 90 * DAY, -DAY, 900],
        ["90 days, issued while the clock was years behind", 90 * DAY, 9_000 * DAY, 6 * HOUR],
    ])("is a twentieth of what is left, with bounds: a lifetime of %s", async (_, lifetime, left, base) => {
        expectPauses(await pauses(lifetime, left, [0]), [base]);
    });

    it.each([
        ["azuredns: RESPONSE 403: 403 Forbidden ERROR CODE: AuthorizationFailed", 0],
        ["azuredns: could not find zone (from discovery): contoso.com", 0],
        ["acme: error: 403 :: urn:ietf:params:acme:error:unauthorized", 1],
        ["", 1],
    ])("is short while Azure refuses access to the zone: %s", async (reason, status) => {
        const code = `if access_is_refused '${reason}'; then echo 0; else echo 1; fi`;
        expect(await run(code)).toEqual([String(status)]);
    });

    it("doubles with each failure, up to a twentieth of what is left", async () => {
        const failures = [1, 2, 3, 4, 5, 6, 7, 30, 1_000];
        expectPauses(await pauses(0, 0, failures), [30, 60, 120, 240, 480, 900, 900, 900, 900]);
        expectPauses(
            await pauses(90 * DAY, 30 * DAY, failures),
            [30, 60, 120, 240, 480, 960, 1_920, 21_600, 21_600],
        );
        expectPauses(
            await pauses(90 * DAY, 6 * HOUR, failures),
            [30, 60, 120, 240, 480, 960, 1_080, 1_080, 1_080],
        );
        expectPauses(
            await pauses(60, 20, failures),
            failures.map(() => 3),
        );
    });

    it("stays below Let's Encrypt's limit for failures: five, and another one every twelve minutes", async () => {
        let left = 5;
        const failures = Array.from({ length: 60 }, (_, index) => index + 1);
        for (const seconds of await pauses(0, 0, failures)) {
            expect(left).toBeGreaterThanOrEqual(1);
            left = Math.min(5, left - 1 + seconds / 720);
        }
    });

    it("stays below the number of failures after which Let's Encrypt pauses a name: 1,152, and one more each day", async () => {
        const [line = ""] = await run(`
            failing=0 count=0
            while [ "$failing" -lt ${100 * DAY} ] && [ "$count" -lt 1000 ]; do
                count=$((count + 1))
                pause=$(next_pause 0 0 "$count" "$failing")
                failing=$((failing + pause))
            done
            echo "$count $pause"`);
        const [count = 0, pause = 0] = line.split(" ").map(Number);
        expect(count - 100).toBeLessThan(1_152 / 2);
        expect(pause).toBeGreaterThanOrEqual(6 * HOUR);
    });
});
