import {
    type Certificate,
    judgeServingCertificate,
    readCertificates,
    readPrivateKey,
} from "../../../../components/pki";
import { buildChain } from "../../../../components/pki/chain";
import { type Facts, gatherFacts } from "../../../../components/pki/facts";
import type { Finding } from "../../../../components/pki/finding";
import { privateTrustStore } from "../../../../components/pki/roots";
import { RULES } from "../../../../components/pki/rules";
import type { Scenario } from "./case";
import { keyPem, now } from "./create-certificate";

/** Returns the findings for the PEM texts of a scenario. */
export function findingsFor(scenario: Scenario): Finding[] {
    if (scenario.public) return RULES.flatMap(rule => rule(factsFor(scenario)) ?? []);
    const certificate = scenario.chain.map(one => one.pem).join("");
    const privateKey = keyOf(scenario);
    const { hostname, at = now } = scenario;
    return judgeServingCertificate({ certificate, privateKey, hostnames: [hostname] }, at, {
        roots: rootsOf(scenario),
        selfSignedAllowed: false,
    }).findings;
}

/** Returns the input of the rules for a scenario. */
export function factsFor(scenario: Scenario): Facts {
    const given = readCertificates(scenario.chain.map(one => one.pem).join("")).certificates;
    const { key } = readPrivateKey(keyOf(scenario) ?? "");
    const chain = buildChain(given, key);
    if (!chain) throw new Error("The scenario has no certificate.");
    const roots = privateTrustStore(rootsOf(scenario));
    return gatherFacts({
        ...{ chain, key, roots, hostnames: [scenario.hostname], now: scenario.at ?? now },
        ...{ trustIsJudged: true, selfSignedAllowed: false },
        publicRoots: scenario.public ? roots : privateTrustStore([]),
    });
}

function rootsOf(scenario: Scenario): Certificate[] {
    return readCertificates(scenario.roots.map(one => one.pem).join("")).certificates;
}

function keyOf({ chain: [leaf], key }: Scenario): string | undefined {
    return key ?? (leaf && keyPem(leaf));
}
