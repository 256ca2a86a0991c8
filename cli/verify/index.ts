import { isIP } from "node:net";
import { checkBanner, checkHsts } from "./checks/answer";
import { checkCertificate } from "./checks/certificate";
import { checkResolver, checkZone } from "./checks/dns";
import { checkKeys } from "./checks/keys";
import { checkPlainHttp } from "./checks/plain-http";
import { checkScore } from "./checks/score";
import { checkTcp } from "./checks/tcp";
import { checkTlsVersions } from "./checks/tls-versions";
import { lookUp } from "./dns/view";
import { type Endpoint, shakeHands } from "./handshake";
import { DEFAULT_TIMEOUT_MS, type VerifyOptions } from "./options";
import {
    type Finished,
    type Report,
    fault,
    makeReport,
    passingFault,
    showable,
    skipped,
    warning,
} from "./report";
import { type Response, request } from "./request";
import type { VerifyTarget } from "./target";
import { untilNothingHeals } from "./wait";

export type { VerifyOptions } from "./options";
export type { Check, Outcome, Report } from "./report";
export { type VerifyTarget, targetOfUrl, targetsOfOutputs } from "./target";

/**
 * Looks at a service as a client would: DNS, TCP, TLS, certificate, plain HTTP, keys, a score. One fault does not
 * stop the other checks; what depends on it is skipped.
 *
 * @example
 * const report = await verifyService(targetOfUrl("https://score.contoso.com/score"), {});
 */
export async function verifyService(target: VerifyTarget, options: VerifyOptions): Promise<Report> {
    const secrets = target.key ? [target.key] : [];
    const checks = await untilNothingHeals(() => oneRound(target, options), {
        waitMs: options.waitMs,
        onProgress: line => options.onProgress?.(showable(line, secrets)),
    });
    return makeReport(checks, secrets);
}

async function oneRound(target: VerifyTarget, options: VerifyOptions): Promise<Finished[]> {
    const url = new URL(target.scoringUri);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const secure = url.protocol === "https:";
    const port = Number(url.port) || (secure ? 443 : 80);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;

    const { checks, addresses } = await checkDns(host, target, options, timeoutMs);
    const connection = addresses.length > 0 ? await checkTcp(addresses, port, timeoutMs) : undefined;
    checks.push(connection?.check ?? skipped("tcp", "There is no address."));
    // Nobody listens: the rest is skipped by its names, so that a pipeline finds the same checks each time.
    const endpoint = connection?.address ? { address: connection.address, port, host } : undefined;
    const rest = secure ? [...TLS_CHECKS, ...HTTP_CHECKS] : HTTP_CHECKS;
    if (!endpoint) return [...checks, ...rest.map(name => skipped(name, "Nothing answers."))];

    if (!secure) {
        const advice = "Choose another tls.mode than Disabled where others can read the network.";
        checks.push(warning("encryption", "TLS is off: keys and data can be read on the way.", advice));
        return [...checks, ...(await checkAnswers(endpoint, url, target, options, undefined))];
    }
    const httpPort = options.httpPort ?? (port === 443 ? 80 : undefined);
    const [handshake, versions, plain] = await Promise.all([
        shakeHands(endpoint, timeoutMs),
        checkTlsVersions(endpoint, timeoutMs),
        checkPlainHttp(endpoint, httpPort, url.pathname, timeoutMs),
    ]);
    const authorities = [target.authority ?? [], options.authorities ?? []].flat();
    const certificate = checkCertificate(handshake, {
        host,
        authorities,
        fingerprint: target.fingerprint,
        now: options.now?.() ?? new Date(),
    });
    checks.push(versions, ...certificate, plain);
    if (handshake.kind !== "accepted") {
        return [...checks, ...HTTP_CHECKS.map(name => skipped(name, "There is no TLS connection."))];
    }
    const trusted = certificate.every(check => check.outcome !== "fault");
    const answers = await checkAnswers(endpoint, url, target, options, { authorities, trusted });
    return [...checks, ...answers];
}

const TLS_CHECKS = [
    "tls-versions",
    "certificate-chain",
    "certificate-names",
    "certificate-dates",
    "certificate-strength",
    "http-redirect",
    "hsts",
];
const HTTP_CHECKS = ["keys", "score", "banner"];

/** The way to the service by name, and the addresses to go on with: those at the source, not an outdated copy. */
async function checkDns(
    host: string,
    target: VerifyTarget,
    options: VerifyOptions,
    timeoutMs: number,
): Promise<{ checks: Finished[]; addresses: string[] }> {
    if (isIP(host)) return { checks: [], addresses: [host] };
    const view = await lookUp(host, options, timeoutMs);
    const zone = checkZone(host, view, target);
    const declared = target.ipAddress ? [target.ipAddress] : [];
    const sources = [
        zone.outcome === "fault" ? declared : [],
        view.zone.addresses,
        view.resolver.addresses,
        view.local,
        declared,
    ];
    return {
        checks: [zone, checkResolver(view)],
        addresses: sources.find(addresses => addresses.length > 0) ?? [],
    };
}

/** What the service says over HTTP; `tls` is absent when it is plain. */
async function checkAnswers(
    endpoint: Endpoint,
    url: URL,
    target: VerifyTarget,
    options: VerifyOptions,
    tls: { authorities: readonly string[]; trusted: boolean } | undefined,
): Promise<Finished[]> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const post = (body: Buffer, key?: string, trusted?: readonly string[]): Promise<Response> =>
        request(endpoint, {
            tls: tls && { trusted },
            method: "POST",
            path: url.pathname + url.search,
            headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
            body,
            timeoutMs,
        });
    let first: Response | undefined;
    const keys = await attempt("keys", () =>
        checkKeys(target.keysExpected, async key => {
            const response = await post(options.data ?? Buffer.from("{}"), key);
            first ??= response;
            return response;
        }),
    );
    const score = await scoreOrSkip();
    return [
        ...(tls ? [first ? checkHsts(first) : skipped("hsts", "There was no answer.")] : []),
        keys,
        score,
        first ? checkBanner(first) : skipped("banner", "There was no answer."),
    ];

    async function scoreOrSkip(): Promise<Finished> {
        const { data } = options;
        if (!data) return skipped("score", "No sample was given.", "Give one with --data FILE.");
        if (first?.status === 401 && !target.key) {
            return skipped("score", "No key was given.", "Name the variable that holds it with --key-env.");
        }
        if (tls && !tls.trusted && target.key) {
            return skipped("score", "The key is not sent to a server whose certificate has a fault.");
        }
        // Node checks the certificate once more on the connection that carries the key.
        const trusted = target.key ? tls?.authorities : undefined;
        return attempt("score", async () => checkScore(await post(data, target.key, trusted)));
    }
}

/** A request that gets no answer is a fault of its check and of no other. */
async function attempt(name: string, check: () => Promise<Finished>): Promise<Finished> {
    try {
        return await check();
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const make = /certificate/i.test(reason) ? fault : passingFault;
        return make(name, `No answer: ${reason}.`, "Look at the logs of the front and of the model.");
    }
}
