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
    /** The certificate must cover all of these. An earlier certificate may lack new names. */
    hostnames: pulumi.Input<string>[];
    /** Names whose DNS records the user creates. The authority cannot reach the service by them before that. */
    userManagedNames: pulumi.Input<string>[];
    waitSeconds: number;
    /** @param outputs the new outputs of the resource with the hook, which the program does not get before the hook returns */
    find: (outputs: Record<string, unknown>) => pulumi.Input<ServiceEndpoint>;
}

/**
 * Lets an update wait until the service uses the issued certificate. The hook belongs on the last resource that the authority
 * needs. It has a time limit and never fails the update: after the limit it warns, and issuance continues.
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

/** Waits for the certificate. Returns a warning when it is not there in time. */
export async function waitForCertificate(
    component: string,
    service: ResolvedCertificateWait,
): Promise<string | undefined> {
    const { hostnames, ipAddress, userManagedNames, logCommand } = service;
    // The user creates these records after the update, so waiting is useless.
    const waitSeconds = userManagedNames.length > 0 ? 0 : service.waitSeconds;
    const deadline = Date.now() + waitSeconds * 1000;
    for (let successes = 0; ;) {
        const served = ipAddress !== undefined && (await servesCertificate(ipAddress, hostnames));
        successes = served ? successes + 1 : 0;
        if (successes === REQUIRED_SUCCESSES) return undefined;
        if (successes === 0 && Date.now() + INTERVAL_MS > deadline) break;
        await sleep(INTERVAL_MS);
    }
    const untilThen = "Until then clients get status 503.";
    if (userManagedNames.length > 0) {
        return `${component}: Create the DNS record shown in the outputs for ${userManagedNames.join(", ")}; issuance starts once the authority reaches the service by that name. ${untilThen}`;
    }
    return `${component}: no certificate for ${hostnames.join(", ")} after ${waitSeconds} seconds. The issuer keeps trying, and the fronts load the certificate without another update. ${untilThen} To find the cause, run: ${logCommand}`;
}

/** Whether the address presents a certificate for the names. Trust is not checked. */
function servesCertificate(ipAddress: string, hostnames: string[]): Promise<boolean> {
    return new Promise(resolve => {
        const socket = nodeTls.connect({
            host: ipAddress,
            port: 443,
            servername: canonicalHostname(hostnames[0] ?? ""),
            // The certificate of a private authority is accepted, and the placeholder must be recognized.
            rejectUnauthorized: false,
            timeout: ATTEMPT_TIMEOUT_MS,
        });
        const end = (served: boolean): void => {
            socket.destroy();
            resolve(served);
        };
        socket.once("secureConnect", () => {
            end(isIssuedForAllNames(socket.getPeerCertificate(), hostnames));
        });
        socket.once("error", () => end(false));
        socket.once("timeout", () => end(false));
        socket.once("close", () => end(false));
    });
}

/** Whether the certificate covers every name and is not the placeholder. */
export function isIssuedForAllNames(certificate: nodeTls.PeerCertificate, hostnames: string[]): boolean {
    return (
        certificate.subject?.CN !== PLACEHOLDER_COMMON_NAME &&
        hostnames.every(
            name => nodeTls.checkServerIdentity(canonicalHostname(name), certificate) === undefined,
        )
    );
}
