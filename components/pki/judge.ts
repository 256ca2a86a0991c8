import type { Certificate } from "./certificate";
import { buildChain } from "./chain";
import type { Finding } from "./finding";
import { readCertificates } from "./read-certificates";
import { readPrivateKey } from "./read-private-key";
import { type TrustStore, isAnchor, isIssuedByAnchor, trustStore } from "./roots";
import { RULES } from "./rules";
import { type CertificateSummary, summarize } from "./summary";

/** A certificate that somebody wants to serve. */
export interface ServingCertificate {
    /** PEM chain, leaf first. */
    certificate: string;
    /** PEM. Secret. */
    privateKey: string;
    /** Names and IP addresses that clients use, without port. */
    hostnames: readonly string[];
}

export interface Judgement {
    /** What a person should know, most important first; nothing when all is well. */
    findings: Finding[];
    /** Of the leaf; absent when no certificate could be read. */
    summary?: CertificateSummary;
}

/**
 * Judges a certificate and its key before they are deployed: readable, belonging together, complete, in order,
 * valid at `now`, strong enough, and made for `hostnames`. Never throws; says all problems at once.
 */
export function judgeServingCertificate(serving: ServingCertificate, now: Date): Judgement {
    const read = readCertificates(serving.certificate);
    const { key, findings: keyFindings } = readPrivateKey(serving.privateKey);
    const findings = [...read.findings, ...keyFindings];
    const chain = buildChain(read.certificates, key);
    if (!chain) return { findings };
    const facts = { chain, key, hostnames: serving.hostnames, roots: trustStore(), now };
    return {
        findings: [...findings, ...RULES.flatMap(rule => rule(facts) ?? [])],
        summary: summarize(chain.leaf),
    };
}

/**
 * Judges what a server presented, as a client that trusts `roots` would.
 *
 * @param presented the chain, leaf first
 * @param roots what the client trusts; default: the public roots that come with Node
 */
export function judgePresentedChain(
    presented: Certificate[],
    hostname: string,
    now: Date,
    roots: TrustStore = trustStore(),
): Judgement {
    const chain = buildChain(presented);
    if (!chain) return { findings: [] };
    const facts = { chain, hostnames: [hostname], roots, now };
    const findings = RULES.flatMap(rule => rule(facts) ?? []);
    const trusted = chain.path.some(one => isAnchor(one, roots) || isIssuedByAnchor(one, roots));
    if (!trusted && !findings.some(one => one.code === "chain-incomplete")) {
        findings.unshift({
            code: "untrusted",
            severity: "error",
            message: `Nothing that clients trust issued the certificate for ${chain.leaf.subject}; the chain ends at ${chain.path.at(-1)?.issuer}.`,
            advice: "Get a certificate from a public authority, or give clients the private authority's root.",
        });
    }
    return { findings, summary: summarize(chain.leaf) };
}
