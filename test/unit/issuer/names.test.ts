import * as path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../sandbox/processes/wait";
import { fail, issue, lines, type ScriptRun, ScriptStage } from "./script-stage";
import { shellCommand, SHELLS } from "./shells";

const SCRIPTS = path.join(__dirname, "../../../components/issuer/scripts");

const URN = "urn:ietf:params:acme:error";
const TWO = { hostnames: ["a.test", "b.test"] };
const DAY = 86_400;

/** The error of lego for validations that failed. */
const invalid = (...names: readonly string[]): string =>
    `obtain certificate: resolver: one or more domains had a problem: ${names.map(name => `[${name}: no address]`).join(" ")}`;

describe.skipIf(process.platform !== "linux").each(SHELLS)("the names of an order, in %s", shell => {
    const refused = async (names: string, error: string): Promise<string[]> => {
        const [program, ...args] = await shellCommand(shell);
        const { stdout } = await execa(program, [...args, "-euc", `. ./names.sh; refused_names ${names}`], {
            cwd: SCRIPTS,
            env: { LEGO_DOMAINS: names },
            input: `${error}\n`,
        });
        return stdout.split("\n").filter(Boolean);
    };

    const NAMES = "a.test,*.test,b.a.test,test,xn--bcher-kva.test";

    it.each([
        [
            "failed validations, of which one mentions another name and an IPv6 address",
            `renew certificate: could not obtain the certificate for "a.test-0a1b": resolver: one or more domains had a problem: [*.test: acme: error: 403 :: ${URN}:dns :: no TXT] [b.a.test: acme: error: 400 :: ${URN}:connection :: [2001:db8::1]: Fetching https://a.test/x: refused] [xn--bcher-kva.test: acme: error: 400 :: ${URN}:dns :: none]`,
            [
                `*.test acme: error: 403 :: ${URN}:dns :: no TXT`,
                `b.a.test acme: error: 400 :: ${URN}:connection :: [2001:db8::1]: Fetching https://a.test/x: refused`,
                `xn--bcher-kva.test acme: error: 400 :: ${URN}:dns :: none`,
            ],
        ],
        [
            "an order that is refused because of names",
            `obtain certificate: acme: error: 400 :: POST :: https://authority/new-order :: ${URN}:rejectedIdentifier :: Cannot issue for "b.a.test": forbidden, problem: "${URN}:rejectedIdentifier" :: Cannot issue for "TEST".`,
            [
                expect.stringMatching(/^b\.a\.test .*rejectedIdentifier/),
                expect.stringMatching(/^test .*rejectedIdentifier/),
            ],
        ],
        [
            "a name with too many failed validations",
            `obtain certificate: acme: error: 429 :: POST :: https://authority/new-order :: ${URN}:rateLimited :: too many failed authorizations (5) for "a.test" in the last 1h0m0s, retry after 2026-01-01`,
            [expect.stringMatching(/^a\.test /)],
        ],
        [
            "an order that cannot be completed because of one name",
            `obtain certificate: certificates: one or more domains had a problem: [a.test: acme: error: 403 :: ${URN}:caa :: CAA record for b.a.test prevents issuance] [b.a.test: acme: error: 403 :: ${URN}:caa :: CAA record for b.a.test prevents issuance]`,
            [expect.stringMatching(/^b\.a\.test acme: /)],
        ],
        [
            "an order that cannot be completed for a reason without names",
            `obtain certificate: certificates: one or more domains had a problem: [a.test: acme: error: 500 :: ${URN}:serverInternal :: busy] [b.a.test: acme: error: 500 :: ${URN}:serverInternal :: busy]`,
            [],
        ],
        [
            "an authority that is not reachable",
            'get directory: Get "https://authority.example/dir": connection refused',
            [],
        ],
        ["an unknown error", "lego was killed after 14400 seconds.", []],
        ["no error", "", []],
    ])("are found in the error of lego: %s", async (_, error, expected) => {
        expect(await refused(NAMES, error)).toEqual(expected);
    });

    it.each([
        ["that just failed", 1, 0, 30],
        ["that failed for ten minutes", 5, 600, 480],
        ["that failed for ten days", 30, 10 * DAY, DAY / 2],
        ["that failed for half a year", 200, 180 * DAY, DAY],
    ])(
        "are tried again after a pause that grows up to a day: a name %s",
        async (_, orders, failing, base) => {
            const [program, ...args] = await shellCommand(shell);
            const code = `. ./pace.sh; . ./names.sh; now=${failing}; missing_orders=${orders}; missing_pause ${90 * DAY}`;
            const env = { LEGO_DOMAINS: "a.test", LONGEST_PAUSE_SECONDS: "21600", FIRST_RETRY_SECONDS: "30" };
            const { stdout } = await execa(program, [...args, "-euc", code], { cwd: SCRIPTS, env });
            expect(Number(stdout)).toBeGreaterThanOrEqual(base);
            expect(Number(stdout)).toBeLessThanOrEqual(base * 1.25);
        },
    );

    /** The log arrives later than the report. */
    const logs = async (issuer: ScriptRun, line: RegExp) => {
        expect(await eventually(() => line.test(issuer.log()), 5_000), issuer.log()).toBe(true);
    };

    /** Runs an issuer until `until` accepts its report. */
    const reports = async (
        stage: ScriptStage,
        lego: string,
        until: (report: Record<string, unknown>) => boolean = () => true,
    ) => {
        const issuer = await stage.start(lego, { settings: TWO });
        const there = await eventually(() => {
            const report = stage.report(TWO);
            return report !== undefined && until(report);
        }, 20_000);
        expect(there, issuer.log()).toBe(true);
        return issuer;
    };

    const inStage = (test: (stage: ScriptStage) => Promise<void>) => async (): Promise<void> => {
        const stage = new ScriptStage(shell);
        try {
            await test(stage);
        } finally {
            await stage.close();
        }
    };

    const BROKEN = (name: string): string =>
        `case ",$LEGO_DOMAINS," in *,${name},*) ${fail(invalid(name))} ;; esac`;

    it.concurrent(
        "that cannot be validated are left out, reported, and included when they can",
        inStage(async stage => {
            const issuer = await reports(
                stage,
                `[ -e "$FOLDER/mended" ] || { ${BROKEN("b.test")}\n}\n${issue()}`,
                ({ state }) => state === "incomplete",
            );
            expect(lines(issuer.file("runs")).slice(0, 2)).toEqual(["a.test,b.test", "a.test"]);
            expect(stage.report(TWO)).toMatchObject({
                missing: "b.test",
                failures: 0,
                reason: "b.test no address",
            });
            await logs(
                issuer,
                /The certificate lacks b\.test, the next order for it is in \d+ seconds: no address\n/,
            );
            expect(stage.read("certificate.pem")).toBe("chain\nkey\n");
            await execa("touch", [issuer.file("mended")]);
            expect(await eventually(() => stage.report(TWO)?.state === "valid", 20_000)).toBe(true);
            expect(stage.report(TWO)).toMatchObject({ missing: "", reason: "" });
        }),
    );

    it.concurrent(
        "stay in the order while the certificate that is served has them and is valid for long",
        inStage(async stage => {
            // Valid for 60 of 90 days: `issued` records the lifetime.
            const served = `[ -e "$FOLDER/issued" ] || { ${issue("both", 60 * DAY)}; touch "$FOLDER/issued"; exit 0; }`;
            const issuer = await reports(
                stage,
                `${served}\n${BROKEN("b.test")}\n${issue("one")}`,
                ({ state }) => state === "failing",
            );
            expect(new Set(lines(issuer.file("runs")))).toEqual(new Set(["a.test,b.test"]));
            expect(stage.report(TWO)?.reason).toMatch(
                /^The certificate is not renewed without b\.test yet, .*no address\]$/,
            );
            expect(stage.read("certificate.pem")).toBe("both\nkey\n");
        }),
    );

    it.concurrent(
        "are left out before the certificate that is served expires for the others",
        inStage(async stage => {
            const served = `[ -e "$FOLDER/issued" ] || { ${issue("both", 20)}; touch "$FOLDER/issued"; exit 0; }`;
            const lego = `${served}\n${BROKEN("b.test")}\n${issue("one", DAY)}`;
            const issuer = await reports(stage, lego, ({ state }) => state === "failing");
            expect(await eventually(() => stage.report(TWO)?.state === "incomplete", 25_000)).toBe(true);
            expect(stage.read("certificate.pem")).toBe("one\nkey\n");
            await logs(issuer, /The certificate is not renewed without b\.test yet/);
        }),
    );

    it.concurrent(
        "are left out after six failures when the authority wants an early renewal",
        inStage(async stage => {
            const served = `[ -e "$FOLDER/issued" ] || { ${issue("both", 60 * DAY)}; touch "$FOLDER/issued"; exit 0; }`;
            const early =
                'echo "level=INFO msg=\\"RenewalInfo endpoint indicates that renewal is needed.\\""';
            const lego = `${served}\n${early}\n${BROKEN("b.test")}\n${issue("one")}`;
            const issuer = await stage.start(lego, {
                settings: TWO,
                env: { FIRST_RETRY_SECONDS: "1", LONGEST_PAUSE_SECONDS: "1" },
            });
            expect(await eventually(() => stage.report(TWO)?.state === "incomplete", 40_000)).toBe(true);
            expect(lines(issuer.file("runs")).filter(names => names === "a.test,b.test")).toHaveLength(8);
        }),
    );

    it.concurrent(
        "do not leave the order when another issuer has stored a certificate with all of them",
        inStage(async stage => {
            const first = await reports(
                stage,
                `${BROKEN("b.test")}\n${issue("one")}`,
                ({ state }) => state === "incomplete",
            );
            const second = await reports(stage, issue("both"), ({ state }) => state === "valid");
            // The second one holds the lease, so the first one is between two attempts.
            const orders = lines(first.file("runs")).length;
            await second.stop();
            expect(await eventually(() => lines(first.file("runs")).length > orders, 20_000)).toBe(true);
            const later = lines(first.file("runs")).slice(orders);
            expect(new Set(later)).toEqual(new Set(["a.test,b.test"]));
            expect(stage.read("certificate.pem")).toBe("both\nkey\n");
        }),
    );

    it.concurrent(
        "fail together when the error concerns no name, or every name",
        inStage(async stage => {
            const issuer = await reports(
                stage,
                fail(invalid("a.test", "b.test")),
                ({ state }) => state === "failing",
            );
            await logs(issuer, /Attempt 1 failed, .*\[a\.test: no address\] \[b\.test: no address\]/);
            expect(new Set(lines(issuer.file("runs")))).toEqual(new Set(["a.test,b.test"]));
        }),
    );
});
