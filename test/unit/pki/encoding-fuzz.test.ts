import { describe, expect, it } from "vitest";
import { judgeServingCertificate, readRoots } from "../../../components/pki";
import { runs } from "../../../sandbox/testing/full";
import type { Scenario } from "./corpus/case";
import type { TestCertificate } from "./corpus/create-certificate";
import { certificatePem, fromPem, keyPem, now } from "./corpus/create-certificate";
import { go } from "./corpus/verifiers/go";
import { node } from "./corpus/verifiers/node";
import { encodeTree, parseTree, signTree } from "./der-tree";
import { fuzzedChains } from "./fuzzed-chains";
import { SeededRandom } from "./mutate";
import { mutateTree } from "./mutate-der";

const INPUTS = Number(process.env.FUZZ_INPUTS ?? runs(600, 20_000));
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const BATCH = 500;
const TIMEOUT_MS = Math.max(60_000, INPUTS * 20);

const CHAINS = fuzzedChains();

interface Mutated {
    seed: number;
    what: string[];
    scenario: Scenario;
}

/** Mutates one certificate of a chain and signs it again, so that only its structure can be refused. */
function mutated(seed: number): Mutated {
    const random = new SeededRandom(seed);
    const { certificates, hostname } = random.pick(CHAINS);
    const at = random.below(certificates.length);
    const original = certificates[at] as TestCertificate;
    const issuer = certificates[at + 1] ?? original;
    const tree = parseTree(fromPem(original.pem));
    const before = encodeTree(tree);
    const what = mutateTree(tree, random);
    let der = encodeTree(tree);
    try {
        if (!der.equals(before) && issuer.privateKey) der = signTree(tree, issuer.privateKey);
    } catch {
        // Too damaged for a signature.
    }
    const chain = certificates.map((one, i) => (i === at ? { ...one, pem: certificatePem(der) } : one));
    const roots = chain.slice(-1);
    return {
        seed,
        what: [`certificate ${at}`, ...what],
        scenario: { chain: chain.slice(0, -1), roots, hostname },
    };
}

/** The codes of the rules, with the severity. OpenSSL is not asked. */
function findings({ chain, roots, hostname }: Scenario): { code: string; severity: string }[] {
    let trusted;
    try {
        trusted = readRoots(roots.map(one => one.pem).join(""));
    } catch {
        // The command stops with an error for such a file of roots.
        return [{ code: "roots-unreadable", severity: "error" }];
    }
    const serving = {
        certificate: chain.map(one => one.pem).join(""),
        privateKey: chain[0] && keyPem(chain[0]),
        hostnames: [hostname],
    };
    return judgeServingCertificate(serving, now, { roots: trusted, selfSignedAllowed: false }).findings;
}

/** Replaces what differs between refusals of the same class. */
function classOf(words: string): string {
    return words.replace(/"[^"]*"|\d+/g, "…").slice(0, 110);
}

describe(`mutated structures (${INPUTS} mutations, FUZZ_SEED=${SEED})`, () => {
    it(
        "of which Go or OpenSSL refuse one have a finding, and none stops a rule",
        async () => {
            const counts: Record<string, number> = {};
            const count = (name: string) => (counts[name] = (counts[name] ?? 0) + 1);
            const silent: unknown[] = [];
            const unexplained: Record<string, number> = {};
            const stopped: unknown[] = [];
            const strict: Record<string, number> = {};
            for (let start = 0; start < INPUTS; start += BATCH) {
                const batch = Array.from({ length: Math.min(BATCH, INPUTS - start) }, (_, i) =>
                    mutated(SEED + start + i),
                );
                const scenarios = batch.map(one => one.scenario);
                const [inGo, inOpenssl] = await Promise.all([go.verify(scenarios), inTurn(scenarios)]);
                for (const [i, { seed, what, scenario }] of batch.entries()) {
                    const found = findings(scenario);
                    const severities = new Set(found.map(one => one.severity));
                    const ours = severities.has("error")
                        ? "error"
                        : severities.has("warning")
                          ? "warning"
                          : "silent";
                    const refused = [inGo[i] ? "Go" : "", inOpenssl[i] ? "OpenSSL" : ""].join("");
                    count(`${refused || "accepted"}: ${ours}`);
                    const detail = {
                        seed,
                        what,
                        go: inGo[i],
                        openssl: inOpenssl[i],
                        codes: found.map(one => one.code),
                    };
                    if (found.some(one => one.code === "unexpected-error")) stopped.push(detail);
                    if (refused !== "" && ours === "silent") silent.push(detail);
                    if (inOpenssl[i] && ours !== "error") {
                        const name = `${classOf(inOpenssl[i])} | ${detail.codes.join()}`;
                        unexplained[name] = (unexplained[name] ?? 0) + 1;
                    }
                    if (refused === "" && ours === "error") {
                        const name = detail.codes.join();
                        strict[name] = (strict[name] ?? 0) + 1;
                    }
                }
            }
            if (process.env.FUZZ_FIGURES)
                console.log(JSON.stringify({ counts, unexplained, strict }, undefined, 2));
            expect({ stopped, silent }).toEqual({ stopped: [], silent: [] });
        },
        TIMEOUT_MS,
    );
});

/** One handshake after the other, because each needs the processor alone. */
async function inTurn(scenarios: readonly Scenario[]): Promise<(string | undefined)[]> {
    const verdicts: (string | undefined)[] = [];
    for (const one of scenarios) verdicts.push(...(await node.verify([one])));
    return verdicts;
}
