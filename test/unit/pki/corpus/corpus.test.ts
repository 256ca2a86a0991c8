import { readFileSync } from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../../../components/pki";
import { RULES } from "../../../../components/pki/rules";
import type { VerifierName } from "./case";
import { CASES } from "./cases";
import { factsFor, findingsFor } from "./findings";
import { go } from "./verifiers/go";
import type { Verifier, Verdict } from "./verifiers/verifier";
import { java } from "./verifiers/java";
import { node } from "./verifiers/node";
import { openssl } from "./verifiers/openssl";
import { python } from "./verifiers/python";

const VERIFIERS: readonly Verifier[] = [openssl, node, python, go, java];

const scenarios = CASES.map(one => one.scenario());
const found: Finding[][] = [];
const verdicts = new Map<VerifierName, Verdict[]>();

beforeAll(async () => {
    for (const scenario of scenarios) found.push(await findingsFor(scenario));
    await Promise.all(VERIFIERS.map(async ({ name, verify }) => verdicts.set(name, await verify(scenarios))));
    // The first run on a machine builds the Go program.
}, 300_000);

describe.each(CASES.map((one, i) => [one.name, one, i] as const))(
    "%s",
    (_, { codes, valid, differences = {} }, i) => {
        it("has the expected findings", () => {
            const findings = found[i] ?? [];
            expect(findings.map(one => one.code)).toEqual(codes);
            expect(findings.every(one => one.severity !== "error")).toBe(valid);
            for (const { message, advice } of findings) {
                expect(message).toMatch(/^[A-Z*].*\.$/);
                expect(advice).toMatch(/^[A-Z].*\.$/);
            }
        });

        it("gets the same verdict from the other implementations, apart from documented differences", () => {
            const differing: Record<string, string> = {};
            for (const [name, all] of verdicts) {
                const verdict = all[i];
                if (verdict === undefined || (verdict === "") === valid) continue;
                differing[name] = verdict || "accepts it";
            }
            const compared = [...verdicts].filter(([, all]) => all[i] !== undefined).map(([name]) => name);
            // On failure the comparison shows the reason of each verifier.
            expect(differing).toEqual(
                Object.fromEntries(
                    compared.flatMap(name =>
                        differences[name]
                            ? [
                                  [
                                      name,
                                      differing[name] ??
                                          `now agrees; documented difference: ${differences[name]}`,
                                  ],
                              ]
                            : [],
                    ),
                ),
            );
        });

        it("has a finding when another implementation refuses it", () => {
            const refusing = [...verdicts].filter(([, all]) => all[i]).map(([name]) => name);
            if (refusing.length === 0) return;
            expect(found[i]?.some(one => one.severity !== "info")).toBe(true);
        });
    },
);

describe("every rule", () => {
    const only = new Map(
        scenarios.map((scenario, i) => {
            const facts = factsFor(scenario);
            return [CASES[i]?.name, RULES.filter(rule => rule(facts))];
        }),
    );

    it.each(RULES.map(rule => [rule.name, rule] as const))(
        "%s has a case that violates only this rule",
        (_, rule) => {
            const cases = [...only].filter(([, fired]) => fired.length === 1 && fired[0] === rule);
            expect(cases).not.toEqual([]);
        },
    );
});

describe("docs/certificate-check.md", () => {
    const text = readFileSync(path.join(__dirname, "../../../../docs/certificate-check.md"), "utf8");
    const [, rules = ""] = text.split("## Findings of the rules");
    const row =
        /^\| `([a-z][a-z0-9-]+)` +\| ([a-z, ]+?) +\|.*\| ([A-Za-z0-9., ]+?) +\| [^|]+\| ([^|]+?) +\|$/gm;
    const rows = [...rules.matchAll(row)];

    it("lists every code that the rules return, with its severities, and no other", () => {
        const severities: Record<string, string[]> = {};
        for (const { code, severity } of found.flat()) {
            severities[code] = [...new Set([...(severities[code] ?? []), severity])].sort();
        }
        expect(Object.fromEntries(rows.map(([, code, severity]) => [code, severity?.split(", ")]))).toEqual(
            severities,
        );
    });

    it.each(rows.map(([, code, , refusing, name]) => [code, refusing, name] as const))(
        "says for %s who refuses a chain that violates only this rule: %s, %s",
        (code, refusing, name) => {
            const i = CASES.findIndex(one => one.name === name);
            expect(found[i]?.map(one => one.code)).toEqual([code]);
            // Node does not check chains at another time.
            const openssl = verdicts.get("node")?.[i] ?? verdicts.get("openssl")?.[i];
            const [inGo, inJava, inPython] = (["go", "java", "python"] as const).map(
                one => verdicts.get(one)?.[i],
            );
            const all = { OpenSSL: openssl, Go: inGo, Java: inJava, "Python 3.13": inPython };
            const names = Object.entries(all).flatMap(([program, verdict]) => (verdict ? [program] : []));
            expect(names.join(", ") || "none").toBe(refusing);
        },
    );
});
