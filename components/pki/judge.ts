import type { Certificate } from "./certificate";
import { buildChain } from "./chain";
import { type Circumstances, gatherFacts } from "./facts";
import type { Finding } from "./finding";
import { readCertificates } from "./read-certificates";
import { readPrivateKey } from "./read-private-key";
import { type TrustStore, onlyRoots, trustStore } from "./roots";
import { RULES } from "./rules";
import { type CertificateSummary, summarize } from "./summary";

/** A certificate that somebody wants to serve. */
export interface ServingCertificate {
    /** PEM chain, leaf first. */
    certificate: string;
    /** PEM. Secret. Absent: not judged, because whoever read it has said already what is wrong with it. */
    privateKey?: string;
    /** Names and IP addresses that clients use, without port. */
    hostnames: readonly string[];
}

/** What a judge is told beside the certificate. */
export interface JudgeOptions {
    /** What clients trust, and nothing else. Default: trust is not judged. */
    roots?: readonly Certificate[];
    /**
     * A certificate that signed itself is a warning, not an error.
     * @default true
     */
    selfSignedAllowed?: boolean;
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
export function judgeServingCertificate(
    serving: ServingCertificate,
    now: Date,
    { roots: given, selfSignedAllowed = true }: JudgeOptions = {},
): Judgement {
    const read = readCertificates(serving.certificate);
    const { key, findings: keyFindings } =
        serving.privateKey === undefined
            ? { key: undefined, findings: [] }
            : readPrivateKey(serving.privateKey);
    const findings = [...read.findings, ...keyFindings];
    const chain = buildChain(read.certificates, key);
    if (!chain) return { findings };
    const { hostnames } = serving;
    const trust = { roots: given ? onlyRoots(given) : trustStore(), trustIsJudged: given !== undefined };
    return {
        findings: [...findings, ...judgeChain({ chain, key, hostnames, now, selfSignedAllowed, ...trust })],
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
    const trust = { roots, trustIsJudged: true, selfSignedAllowed: true };
    return {
        findings: judgeChain({ chain, hostnames: [hostname], now, ...trust }),
        summary: summarize(chain.leaf),
    };
}

/** What all the rules find, in their order. */
function judgeChain(circumstances: Circumstances): Finding[] {
    const facts = gatherFacts(circumstances);
    return RULES.flatMap(rule => rule(facts) ?? []);
}
