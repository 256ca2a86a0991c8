import { isIP } from "node:net";
import { readCertificates } from "../../components/pki";
import { checkBanner, checkHsts } from "./checks/headers";
import { checkCertificate } from "./checks/certificate";
import { checkResolver, checkZone } from "./checks/dns";
import { checkImages } from "./checks/images";
import { checkKeys } from "./checks/keys";
import { checkPlainHttp } from "./checks/plain-http";
import { checkScore } from "./checks/score";
import { checkTcp } from "./checks/tcp";
import { checkTlsVersions } from "./checks/tls-versions";
import { lookUp } from "./dns/view";
import { type Endpoint, refusalOfClient, tlsHandshake } from "./handshake";
import { DEFAULT_TIMEOUT_MS, type VerifyOptions } from "./options";
import {
    type CheckResult,
    type Report,
    fault,
    makeReport,
    temporaryFault,
    printable,
    skipped,
    warning,
} from "./report";
import { type Response, request } from "./request";
import type { VerifyTarget } from "./target";
import { repeatWhileFaultsMayPass } from "./retry";

export type { VerifyOptions } from "./options";
export type { Report } from "./report";
export { type VerifyTarget, targetOfUrl, targetsOfOutputs } from "./target";

/**
 * Checks a service as a client: DNS, TCP, TLS, certificate, plain HTTP, keys, a score. A fault does not
 * stop the other checks; the checks that depend on it are skipped.
 *
 * @example
 * const report = await verifyService(targetOfUrl("https://score.contoso.com/score"), {});
 */
export async function verifyService(target: VerifyTarget, options: VerifyOptions): Promise<Report> {
    const secrets = target.key ? [target.key] : [];
    const images = checkImages(target.images, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const checks = await repeatWhileFaultsMayPass(() => checkOnce(target, options), {
        waitMs: options.waitMs,
        onProgress: line => options.onProgress?.(printable(line, secrets)),
    });
    return makeReport([...checks, ...(await images)], secrets);
}

async function checkOnce(target: VerifyTarget, options: VerifyOptions): Promise<CheckResult[]> {
    const url = new URL(target.scoringUri);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const secure = url.protocol === "https:";
    const port = Number(url.port) || (secure ? 443 : 80);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;

    const { checks, addresses } = await checkDns(host, target, options, timeoutMs);
    const connection = addresses.length > 0 ? await checkTcp(addresses, port, timeoutMs) : undefined;
    checks.push(connection?.check ?? skipped("tcp", "DNS returned no address."));
    // Without a connection the other checks are reported as skipped, so that every report has the same checks.
    const endpoint = connection?.address ? { address: connection.address, port, host } : undefined;
    const rest = secure ? [...TLS_CHECKS, ...HTTP_CHECKS] : HTTP_CHECKS;
    if (!endpoint) return [...checks, ...rest.map(name => skipped(name, "There is no TCP connection."))];

    if (!secure) {
        const advice = "Set tls.mode to Auto, Custom or SelfSigned, unless the network is private.";
        checks.push(warning("encryption", "TLS is disabled: keys and data are sent in clear text.", advice));
        return [...checks, ...(await checkAnswers(endpoint, url, target, options, undefined))];
    }
    const httpPort = options.httpPort ?? (port === 443 ? 80 : undefined);
    const authorities = [target.authority ?? [], options.authorities ?? []].flat();
    const [handshake, refusal, versions, plain] = await Promise.all([
        tlsHandshake(endpoint, timeoutMs),
        refusalOfClient(
            endpoint,
            authorities.flatMap(pem => readCertificates(pem).certificates),
            timeoutMs,
        ),
        checkTlsVersions(endpoint, timeoutMs),
        checkPlainHttp(
            endpoint,
            { port: httpPort, path: url.pathname, allowed: target.plainHttpAllowed ?? false },
            timeoutMs,
        ),
    ]);
    const certificate = checkCertificate(handshake, {
        ...{ host, authorities, refusal },
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

/** Checks DNS, and returns the addresses for the other checks: the zone's, because a resolver's may be outdated. */
async function checkDns(
    host: string,
    target: VerifyTarget,
    options: VerifyOptions,
    timeoutMs: number,
): Promise<{ checks: CheckResult[]; addresses: string[] }> {
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

/** The checks of HTTP responses. `tls` is absent for plain HTTP. */
async function checkAnswers(
    endpoint: Endpoint,
    url: URL,
    target: VerifyTarget,
    options: VerifyOptions,
    tls: { authorities: readonly string[]; trusted: boolean } | undefined,
): Promise<CheckResult[]> {
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
        ...(tls ? [first ? checkHsts(first) : skipped("hsts", "There was no response.")] : []),
        keys,
        score,
        first ? checkBanner(first) : skipped("banner", "There was no response."),
    ];

    async function scoreOrSkip(): Promise<CheckResult> {
        const { data } = options;
        if (!data) return skipped("score", "There is no sample request.", "Set --data to a file.");
        if (first?.status === 401 && !target.key) {
            return skipped(
                "score",
                "There is no scoring key.",
                "Set --key-env to the variable that holds it.",
            );
        }
        if (tls && !tls.trusted && target.key) {
            return skipped("score", "The key is not sent to a server with an invalid certificate.");
        }
        // Node checks the certificate again on the connection that sends the key.
        const trusted = target.key ? tls?.authorities : undefined;
        return attempt("score", async () => checkScore(await post(data, target.key, trusted)));
    }
}

/** Reports a request without a response as a fault of this check only. */
async function attempt(name: string, check: () => Promise<CheckResult>): Promise<CheckResult> {
    try {
        return await check();
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const make = /certificate/i.test(reason) ? fault : temporaryFault;
        return make(name, `No response: ${reason}.`, "Check the logs of the front and of the model.");
    }
}
