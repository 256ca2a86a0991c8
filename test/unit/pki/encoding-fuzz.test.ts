import { writeFileSync } from "node:fs";
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

const INPUTS = Number(process.env.FUZZ_INPUTS ?? runs(400, 4_000));
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const BATCH = 100;
const TIMEOUT_MS = 60_000 + INPUTS * 500;

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

type Outcome = "error" | "warning" | "silent";

interface Judged extends Mutated {
    codes: string[];
    ours: Outcome;
    /** Reasons of refusals; an empty string when the chain is accepted. Absent: not asked. */
    go?: string;
    openssl?: string;
}

function judged(one: Mutated): Judged {
    const found = findings(one.scenario);
    const severities = new Set(found.map(({ severity }) => severity));
    const ours = severities.has("error") ? "error" : severities.has("warning") ? "warning" : "silent";
    return { ...one, codes: found.map(({ code }) => code), ours };
}

/** Asks Go, and OpenSSL in a handshake. */
async function ask(batch: Judged[]): Promise<Judged[]> {
    const scenarios = batch.map(one => one.scenario);
    const inGo = await go.verify(scenarios);
    const asked: Judged[] = [];
    for (const [i, one] of batch.entries())
        asked.push({ ...one, go: inGo[i], openssl: (await node.verify([one.scenario]))[0] });
    return asked;
}

/** With FUZZ_FIGURES the judges are asked about every mutation, not only about those without a finding, and the test writes tables into this file. */
class Figures {
    private readonly tables: Record<string, Record<string, number>> = {};

    add({ ours, go: inGo, openssl, codes }: Judged): void {
        const refusing = [inGo ? "Go" : "", openssl ? "OpenSSL" : ""]
            .filter(name => name !== "")
            .join(" and ");
        this.count("all", `${refusing || "none"} refuse: ${ours}`);
        if (openssl && ours === "warning") this.count("only OpenSSL's own words are an error", codes.join());
        if (refusing === "" && ours === "error") this.count("only our rules refuse", codes.join());
        if (refusing !== "") this.count("refused", `${classOf(openssl || inGo || "")}`);
    }

    private count(table: string, row: string): void {
        const rows = (this.tables[table] ??= {});
        rows[row] = (rows[row] ?? 0) + 1;
    }

    /** Writes the tables so far. */
    write(more: object): void {
        const text = JSON.stringify({ ...more, ...this.tables }, undefined, 2);
        writeFileSync(process.env.FUZZ_FIGURES ?? "", text);
    }
}

/** Replaces what differs between refusals of the same class. */
function classOf(words: string): string {
    return words.replace(/"[^"]*"|\d+/g, "…").slice(0, 110);
}

describe(`certificates with a mutated structure (${INPUTS} mutations, FUZZ_SEED=${SEED})`, () => {
    it(
        "have a finding when Go or OpenSSL refuses them, and stop no rule",
        async () => {
            const figures = process.env.FUZZ_FIGURES === undefined ? undefined : new Figures();
            const silent: unknown[] = [];
            const stopped: unknown[] = [];
            for (let start = 0; start < INPUTS; start += BATCH) {
                const batch = Array.from({ length: Math.min(BATCH, INPUTS - start) }, (_, i) =>
                    judged(mutated(SEED + start + i)),
                );
                const asked = await ask(figures ? batch : batch.filter(one => one.ours === "silent"));
                for (const one of figures ? asked : []) figures?.add(one);
                silent.push(
                    ...asked.filter(one => one.ours === "silent" && (one.go || one.openssl)).map(shown),
                );
                figures?.write({ mutations: start + batch.length, silent });
                stopped.push(...batch.filter(one => one.codes.includes("unexpected-error")).map(shown));
            }
            expect({ stopped, silent }).toEqual({ stopped: [], silent: [] });
        },
        TIMEOUT_MS,
    );
});

const shown = ({ scenario: _, ...others }: Judged) => others;
