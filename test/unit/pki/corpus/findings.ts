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
import type { Scene } from "./case";
import { keyPem, now } from "./mint";

/** As a person would have it judged: texts in, findings out. */
export function findingsOf(scene: Scene): Finding[] {
    if (scene.public) return RULES.flatMap(rule => rule(factsOf(scene)) ?? []);
    const certificate = scene.chain.map(one => one.pem).join("");
    const privateKey = keyOf(scene);
    const { hostname, at = now } = scene;
    return judgeServingCertificate({ certificate, privateKey, hostnames: [hostname] }, at, {
        roots: rootsOf(scene),
        selfSignedAllowed: false,
    }).findings;
}

/** What the rules are told of it. */
export function factsOf(scene: Scene): Facts {
    const given = readCertificates(scene.chain.map(one => one.pem).join("")).certificates;
    const { key } = readPrivateKey(keyOf(scene) ?? "");
    const chain = buildChain(given, key);
    if (!chain) throw new Error("There is no certificate to judge.");
    const roots = privateTrustStore(rootsOf(scene));
    return gatherFacts({
        ...{ chain, key, roots, hostnames: [scene.hostname], now: scene.at ?? now },
        ...{ trustIsJudged: true, selfSignedAllowed: false },
        publicRoots: scene.public ? roots : privateTrustStore([]),
    });
}

function rootsOf(scene: Scene): Certificate[] {
    return readCertificates(scene.roots.map(one => one.pem).join("")).certificates;
}

function keyOf({ chain: [leaf], key }: Scene): string | undefined {
    return key ?? (leaf && keyPem(leaf));
}
