import {
    type Certificate,
    judgeWithOpenssl,
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

/** Returns the findings of the rules and of OpenSSL for the PEM texts of a scenario. */
export async function findingsFor(scenario: Scenario): Promise<Finding[]> {
    if (scenario.public) return RULES.flatMap(rule => rule(factsFor(scenario)) ?? []);
    const certificate = scenario.chain.map(one => one.pem).join("");
    const privateKey = keyOf(scenario);
    const { hostname, at = now } = scenario;
    const { findings } = await judgeWithOpenssl({ certificate, privateKey, hostnames: [hostname] }, at, {
        roots: scenario.trustUnknown ? undefined : rootsOf(scenario),
        selfSignedAllowed: false,
    });
    return findings;
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
        ...{ trustIsJudged: !scenario.trustUnknown, selfSignedAllowed: false },
        publicRoots: scenario.public ? roots : privateTrustStore([]),
    });
}

function rootsOf(scenario: Scenario): Certificate[] {
    return readCertificates(scenario.roots.map(one => one.pem).join("")).certificates;
}

function keyOf({ chain: [leaf], key }: Scenario): string | undefined {
    return key ?? (leaf && keyPem(leaf));
}
