import type { Certificate } from "./certificate";
import { buildChain } from "./chain";
import { type ChainToJudge, gatherFacts } from "./facts";
import type { Finding } from "./finding";
import { readCertificates } from "./read-certificates";
import { readPrivateKey } from "./read-private-key";
import { type TrustStore, privateTrustStore, trustStore } from "./roots";
import { RULES } from "./rules";
import { type CertificateSummary, summarize } from "./summary";

/** A certificate to check before it is deployed. */
export interface ServingCertificate {
    /** PEM chain, leaf first. */
    certificate: string;
    /** PEM. Secret. Absent: not checked, because the reader of the key has already reported its problems. */
    privateKey?: string;
    /** Names and IP addresses that clients use, without port. */
    hostnames: readonly string[];
}

export interface JudgeOptions {
    /** The only roots that clients trust. Default: trust is not checked. */
    roots?: readonly Certificate[];
    /**
     * A self-signed certificate is a warning, not an error.
     * @default true
     */
    selfSignedAllowed?: boolean;
}

export interface Judgement {
    /** Most important first. Empty when there are no problems. */
    findings: Finding[];
    /** Of the leaf; absent when no certificate could be read. */
    summary?: CertificateSummary;
}

/**
 * Checks a certificate and its key before they are deployed: readable, matching, complete, in order, valid at `now`, strong
 * enough, and valid for `hostnames`. Never throws; reports all problems at once.
 */
export function judgeServingCertificate(
    serving: ServingCertificate,
    now: Date,
    { roots, selfSignedAllowed = true }: JudgeOptions = {},
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
    const trust = {
        roots: roots ? privateTrustStore(roots) : trustStore(),
        trustIsJudged: roots !== undefined,
    };
    return {
        findings: [...findings, ...judgeChain({ chain, key, hostnames, now, selfSignedAllowed, ...trust })],
        summary: summarize(chain.leaf),
    };
}

/**
 * Checks the chain that a server presented, as a client that trusts `roots` would.
 *
 * @param presented the chain, leaf first
 * @param roots the roots that the client trusts; default: the public roots that come with Node
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

/** Applies all rules in order. */
function judgeChain(input: ChainToJudge): Finding[] {
    const facts = gatherFacts(input);
    return RULES.flatMap(rule => rule(facts) ?? []);
}
