import type { KeyObject } from "node:crypto";
import type { Certificate } from "./certificate";
import { buildChain } from "./chain";
import { type ChainToJudge, type Facts, gatherFacts } from "./facts";
import type { Finding } from "./finding";
import { guard, unexpectedError } from "./guard";
import { type OpensslQuestion, askOpenssl, isAboutTime, unexplainedRefusal } from "./openssl/verdict";
import type { Refusal } from "./openssl/handshake";
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
 * Applies the rules to a certificate and its key before they are deployed: readable, matching, complete, in order, valid at `now`,
 * strong enough, and valid for `hostnames`. Never throws; reports all problems at once.
 *
 * Calls a certificate valid that OpenSSL refuses for a reason without a rule. `judgeWithOpenssl` asks OpenSSL as well.
 */
export function judgeServingCertificate(
    serving: ServingCertificate,
    now: Date,
    options: JudgeOptions = {},
): Judgement {
    return applyRules(serving, now, options).judgement;
}

/** Applies the rules, and asks OpenSSL whether a client accepts the certificate. Never throws. */
export async function judgeWithOpenssl(
    serving: ServingCertificate,
    now: Date,
    options: JudgeOptions = {},
): Promise<Judgement> {
    const { judgement, facts } = applyRules(serving, now, options);
    if (!facts) return judgement;
    return addRefusal(judgement, await refusalFor({ ...facts, trusted: options.roots ?? [] }));
}

/** Adds the refusal of a client to the findings, unless one of them explains it. */
export function addRefusal(judgement: Judgement, refusal: Refusal | Finding | undefined): Judgement {
    const { findings } = judgement;
    if (!refusal || findings.some(one => one.severity === "error")) return judgement;
    if (!("severity" in refusal) && isAboutTime(refusal)) return judgement;
    const finding = "severity" in refusal ? refusal : unexplainedRefusal(refusal, findings);
    return { ...judgement, findings: [finding, ...findings] };
}

async function refusalFor(question: OpensslQuestion): Promise<Refusal | Finding | undefined> {
    try {
        return await askOpenssl(question);
    } catch (error) {
        return unexpectedError("of OpenSSL", error);
    }
}

function applyRules(
    serving: ServingCertificate,
    now: Date,
    { roots, selfSignedAllowed = true }: JudgeOptions,
): { judgement: Judgement; facts?: Facts } {
    const findings: Finding[] = [];
    const certificates = readChain(serving.certificate, findings);
    const key = readKey(serving.privateKey, findings);
    const chain = guard("of the order of the chain", findings, () => buildChain(certificates, key));
    if (!chain) return { judgement: { findings } };
    const { hostnames } = serving;
    const trust = {
        roots: roots ? privateTrustStore(roots) : trustStore(),
        trustIsJudged: roots !== undefined,
    };
    const facts = guard("of the trusted roots", findings, () =>
        gatherFacts({ chain, key, hostnames, now, selfSignedAllowed, ...trust }),
    );
    if (facts) findings.push(...findingsOf(facts));
    return { judgement: { findings, summary: summarize(chain.leaf) }, facts };
}

function readChain(text: string, findings: Finding[]): Certificate[] {
    const read = guard("of the certificate file", findings, () => readCertificates(text));
    findings.push(...(read?.findings ?? []));
    return read?.certificates ?? [];
}

function readKey(text: string | undefined, findings: Finding[]): KeyObject | undefined {
    const read = text === undefined ? undefined : guard("of the key", findings, () => readPrivateKey(text));
    findings.push(...(read?.findings ?? []));
    return read?.key;
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

function judgeChain(input: ChainToJudge): Finding[] {
    const findings: Finding[] = [];
    const facts = guard("of the trusted roots", findings, () => gatherFacts(input));
    return facts ? [...findings, ...findingsOf(facts)] : findings;
}

/** Applies all rules in order. A rule that fails does not hide the findings of the others. */
function findingsOf(facts: Facts): Finding[] {
    const findings: Finding[] = [];
    for (const rule of RULES) {
        const finding = guard(rule.name, findings, () => rule(facts));
        if (finding) findings.push(finding);
    }
    return findings;
}
