import * as nodeTls from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { PLACEHOLDER_COMMON_NAME } from "../front";
import { canonicalHostname } from "../shared/host-name";
import { resourceHook } from "../shared/hooks";
import { valueOf } from "../shared/value-of";

/** Polling interval and timeout of one attempt, in milliseconds. */
const INTERVAL_MS = 2_000;
const ATTEMPT_TIMEOUT_MS = 5_000;
/** Several fronts load the certificate at different times, so several attempts in a row must succeed. */
const REQUIRED_SUCCESSES = 3;

/** The running service. */
interface ServiceEndpoint {
    /** Absent: the service has no IP address yet. */
    ipAddress?: string;
    /** The command that shows the log of the issuer. */
    logCommand: string;
}

/** What to wait for, and how long. */
export interface CertificateWait {
    /** The certificate must cover all of these. It lacks new names, and names that the authority cannot validate. */
    hostnames: pulumi.Input<string>[];
    /** Those whose DNS records the user creates. The authority cannot reach the service by them before that. */
    userManagedNames: pulumi.Input<string>[];
    waitSeconds: number;
    /** @param outputs the new outputs of the resource with the hook, which the program does not get before the hook returns */
    find: (outputs: Record<string, unknown>) => pulumi.Input<ServiceEndpoint>;
}

/**
 * Lets an update wait until the service uses the issued certificate. The hook belongs on the last resource that the authority
 * needs. It has a time limit and never fails the update: after the limit it warns about the names without a certificate, and issuance
 * continues.
 */
export function certificateWaitHooks(
    component: string,
    { hostnames, userManagedNames, waitSeconds, find }: CertificateWait,
    resource: pulumi.Resource,
): pulumi.ResourceHook[] {
    return resourceHook(`${component}-certificate`, async ({ newOutputs = {} }) => {
        const [names, records, endpoint] = await Promise.all([
            valueOf(pulumi.all(hostnames)),
            valueOf(pulumi.all(userManagedNames)),
            valueOf(find(newOutputs)),
        ]);
        const service = { hostnames: names, userManagedNames: records, waitSeconds, ...endpoint };
        const warning = await waitForCertificate(component, service);
        if (warning !== undefined) void pulumi.log.warn(warning, resource);
    });
}

/** `CertificateWait` with known values. */
export interface ResolvedCertificateWait extends ServiceEndpoint {
    hostnames: string[];
    userManagedNames: string[];
    waitSeconds: number;
}

/** Waits for the certificate. Returns a warning when it is not there in time, or lacks names. */
export async function waitForCertificate(
    component: string,
    { hostnames, ipAddress, userManagedNames, waitSeconds, logCommand }: ResolvedCertificateWait,
): Promise<string | undefined> {
    // The user creates the other records after the update, so waiting for their names is useless.
    const waitedFor = hostnames.filter(name => !userManagedNames.includes(name));
    const missing = await namesWithoutCertificate(
        { hostnames, waitedFor, ipAddress },
        waitedFor.length > 0 ? waitSeconds : 0,
    );
    if (missing.length === 0) return undefined;
    const consequence =
        missing.length === hostnames.length
            ? "Until then clients get status 503."
            : "Until then clients that use these names refuse the certificate, which has the other names.";
    const records = missing.filter(name => userManagedNames.includes(name));
    const overdue = missing.filter(name => !userManagedNames.includes(name));
    const warnings = [];
    if (records.length > 0) {
        warnings.push(
            `Create the DNS record shown in the outputs for ${records.join(", ")}; issuance starts once the authority reaches the service by that name.`,
        );
    }
    if (overdue.length > 0) {
        warnings.push(
            `No certificate for ${overdue.join(", ")} after ${waitSeconds} seconds. The issuer keeps trying, and the fronts load the certificate without another update.`,
        );
    }
    const cause = overdue.length > 0 ? ` To find the cause, run: ${logCommand}` : "";
    return `${component}: ${warnings.join(" ")} ${consequence}${cause}`;
}

interface AwaitedNames {
    hostnames: string[];
    waitedFor: string[];
    ipAddress: string | undefined;
}

/** Waits until the served certificate covers `waitedFor`. Returns the host names that it does not cover then. */
async function namesWithoutCertificate(
    { hostnames, waitedFor, ipAddress }: AwaitedNames,
    waitSeconds: number,
): Promise<string[]> {
    const deadline = Date.now() + waitSeconds * 1000;
    for (let successes = 0; ;) {
        const missing = ipAddress === undefined ? hostnames : await missingAt(ipAddress, hostnames);
        const served = (waitedFor.length > 0 ? waitedFor : hostnames).every(name => !missing.includes(name));
        successes = served ? successes + 1 : 0;
        if (successes === REQUIRED_SUCCESSES) return missing;
        if (successes === 0 && Date.now() + INTERVAL_MS > deadline) return missing;
        await sleep(INTERVAL_MS);
    }
}

/** The names that the certificate at this address does not cover: all of them while there is none. Trust is not checked. */
function missingAt(ipAddress: string, hostnames: string[]): Promise<string[]> {
    return new Promise(resolve => {
        const socket = nodeTls.connect({
            host: ipAddress,
            port: 443,
            servername: canonicalHostname(hostnames[0] ?? ""),
            // The certificate of a private authority is accepted, and the placeholder must be recognized.
            rejectUnauthorized: false,
            timeout: ATTEMPT_TIMEOUT_MS,
        });
        const end = (missing: string[]): void => {
            socket.destroy();
            resolve(missing);
        };
        socket.once("secureConnect", () => {
            end(namesNotCovered(socket.getPeerCertificate(), hostnames));
        });
        socket.once("error", () => end(hostnames));
        socket.once("timeout", () => end(hostnames));
        socket.once("close", () => end(hostnames));
    });
}

/** The names that the certificate does not cover. The placeholder covers none. */
export function namesNotCovered(certificate: nodeTls.PeerCertificate, hostnames: string[]): string[] {
    return hostnames.filter(
        name =>
            certificate.subject?.CN === PLACEHOLDER_COMMON_NAME ||
            nodeTls.checkServerIdentity(canonicalHostname(name), certificate) !== undefined,
    );
}
