import { beforeAll, describe, expect, it } from "vitest";
import { judgeServingCertificate, readCertificates, readPrivateKey } from "../../../../components/pki";
import { buildChain } from "../../../../components/pki/chain";
import { gatherFacts } from "../../../../components/pki/facts";
import type { Finding } from "../../../../components/pki/finding";
import { onlyRoots } from "../../../../components/pki/roots";
import { RULES } from "../../../../components/pki/rules";
import type { JudgeName, Scene } from "./case";
import { CASES } from "./cases";
import { go } from "./judges/go";
import type { Judge, Verdict } from "./judges/judge";
import { node } from "./judges/node";
import { openssl } from "./judges/openssl";
import { python } from "./judges/python";
import { keyPem, now } from "./mint";

const JUDGES: readonly Judge[] = [openssl, node, python, go];

const scenes = CASES.map(one => one.scene());
const verdicts = new Map<JudgeName, Verdict[] | undefined>();

beforeAll(async () => {
    await Promise.all(JUDGES.map(async ({ name, judge }) => verdicts.set(name, await judge(scenes))));
});

/** As a person would have it judged: texts in, findings out. */
function findingsOf(scene: Scene): Finding[] {
    if (scene.public) return RULES.flatMap(rule => rule(factsOf(scene)) ?? []);
    const certificate = scene.chain.map(one => one.pem).join("");
    const privateKey = keyOf(scene);
    const { hostname, at = now } = scene;
    return judgeServingCertificate({ certificate, privateKey, hostnames: [hostname] }, at, {
        roots: rootsOf(scene),
        selfSignedAllowed: false,
    }).findings;
}

function factsOf(scene: Scene) {
    const given = readCertificates(scene.chain.map(one => one.pem).join("")).certificates;
    const { key } = readPrivateKey(keyOf(scene) ?? "");
    const chain = buildChain(given, key);
    if (!chain) throw new Error("There is no certificate to judge.");
    const roots = onlyRoots(rootsOf(scene));
    return gatherFacts({
        ...{ chain, key, roots, hostnames: [scene.hostname], now: scene.at ?? now },
        ...{ trustIsJudged: true, selfSignedAllowed: false },
        publicRoots: scene.public ? roots : onlyRoots([]),
    });
}

function rootsOf(scene: Scene) {
    return readCertificates(scene.roots.map(one => one.pem).join("")).certificates;
}

function keyOf({ chain: [leaf], key }: Scene): string | undefined {
    return key ?? (leaf && keyPem(leaf));
}

describe.each(CASES.map((one, i) => ({ ...one, i })))("$name", ({ i, finds, valid, differs = {} }) => {
    const scene = scenes[i] as Scene;
    const findings = findingsOf(scene);

    it("is judged as it should be", () => {
        expect(findings.map(one => one.code)).toEqual(finds);
        expect(findings.every(one => one.severity !== "error")).toBe(valid);
        for (const { message, advice } of findings) {
            expect(message).toMatch(/^[A-Z*].*\.$/);
            expect(advice).toMatch(/^[A-Z].*\.$/);
        }
    });

    it("is judged so by others, or it is said why not", () => {
        const others: Record<string, string> = {};
        for (const [name, all] of verdicts) {
            const verdict = all?.[i];
            if (verdict === undefined || (verdict === "") === valid) continue;
            others[name] = verdict || "accepts it";
        }
        const asked = [...verdicts].filter(([, all]) => all?.[i] !== undefined).map(([name]) => name);
        // What a judge said is in the message of a test that fails.
        expect(others).toEqual(
            Object.fromEntries(
                asked.flatMap(name =>
                    differs[name] ? [[name, others[name] ?? `now agrees; said was: ${differs[name]}`]] : [],
                ),
            ),
        );
    });

    it("is not passed over in silence where anybody refuses it", () => {
        const refusing = [...verdicts].filter(([, all]) => all?.[i]).map(([name]) => name);
        if (refusing.length === 0) return;
        expect(findings.some(one => one.severity !== "info")).toBe(true);
    });
});

describe("every rule", () => {
    const only = new Map(
        scenes.map((scene, i) => {
            const facts = factsOf(scene);
            return [CASES[i]?.name, RULES.filter(rule => rule(facts))];
        }),
    );

    it.each(RULES.map(rule => [rule.name, rule] as const))("%s has a case that fails only it", (_, rule) => {
        const cases = [...only].filter(([, fired]) => fired.length === 1 && fired[0] === rule);
        expect(cases).not.toEqual([]);
    });
});
