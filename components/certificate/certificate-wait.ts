import * as nodeTls from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { canonicalHostname } from "../shared/host-name";
import { PLACEHOLDER_COMMON_NAME } from "../front";
import { resourceHook } from "../shared/hooks";
import { valueOf } from "../shared/value-of";

/** How often is looked, and how long one look may take, in milliseconds. */
const PERIOD_MS = 2_000;
const LOOK_MS = 5_000;
/** In a row: of several fronts one shows it first, and the others look at the store as often as it is looked here. */
const GOOD_LOOKS = 3;

/** Where to look, and where to look further. */
export interface Found {
    /** Absent: it has no address yet. */
    ipAddress?: string;
    /** The command that shows what the issuer says. */
    logCommand: string;
}

/** What is waited for. */
export interface Awaited {
    /** The names that the certificate is for: one that lacks some of them is that of before. */
    hostnames: pulumi.Input<string>[];
    /** Names that do not lead here before somebody else has made their records; the authority asks by them. */
    recordsOfOthers: pulumi.Input<string>[];
    waitSeconds: number;
    /** @param outputs of the resource that was made or updated: its own are not known otherwise before the hook returns */
    find: (outputs: Record<string, unknown>) => pulumi.Input<Found>;
}

/**
 * Lets an update end when the certificate is served, so that whoever runs it knows that clients can come: for after the last
 * resource that the authority needs. It never fails the update, and never waits for ever: the issuer goes on by itself.
 */
export function certificateWaitHooks(
    component: string,
    { hostnames, recordsOfOthers, waitSeconds, find }: Awaited,
    resource: pulumi.Resource,
): pulumi.ResourceHook[] {
    return resourceHook(`${component}-certificate`, async ({ newOutputs = {} }) => {
        const [names, records, found] = await Promise.all([
            valueOf(pulumi.all(hostnames)),
            valueOf(pulumi.all(recordsOfOthers)),
            valueOf(find(newOutputs)),
        ]);
        const service = { hostnames: names, recordsOfOthers: records, waitSeconds, ...found };
        const warning = await waitForCertificate(component, service);
        if (warning !== undefined) void pulumi.log.warn(warning, resource);
    });
}

/** With every value known, as they are when the resource is there. */
export interface AwaitedService extends Found {
    hostnames: string[];
    recordsOfOthers: string[];
    waitSeconds: number;
}

/** What to tell a person when the certificate has not come in time. */
export async function waitForCertificate(
    component: string,
    service: AwaitedService,
): Promise<string | undefined> {
    const { hostnames, ipAddress, recordsOfOthers, logCommand } = service;
    // Nobody knows when those come.
    const waitSeconds = recordsOfOthers.length > 0 ? 0 : service.waitSeconds;
    const deadline = Date.now() + waitSeconds * 1000;
    for (let good = 0; ;) {
        good = ipAddress !== undefined && (await isServed(ipAddress, hostnames)) ? good + 1 : 0;
        if (good === GOOD_LOOKS) return undefined;
        if (good === 0 && Date.now() + PERIOD_MS > deadline) break;
        await sleep(PERIOD_MS);
    }
    const until = "Until then clients get the answer 503.";
    if (recordsOfOthers.length > 0) {
        return `${component}: the certificate comes by itself once the authority finds the service as ${recordsOfOthers.join(", ")}: create the DNS record that the outputs tell. ${until}`;
    }
    return `${component}: there is no certificate for ${hostnames.join(", ")} after ${waitSeconds} seconds. The issuer goes on trying, and what it gets is served without another update. ${until} To see why: ${logCommand}`;
}

/** Whether the address shows a certificate for the names. Whoever trusts it is another question. */
function isServed(ipAddress: string, hostnames: string[]): Promise<boolean> {
    return new Promise(resolve => {
        const socket = nodeTls.connect({
            host: ipAddress,
            port: 443,
            servername: canonicalHostname(hostnames[0] ?? ""),
            // The placeholder is to be seen too, and the certificate of a private authority.
            rejectUnauthorized: false,
            timeout: LOOK_MS,
        });
        const end = (served: boolean): void => {
            socket.destroy();
            resolve(served);
        };
        socket.once("secureConnect", () => {
            end(isForAllNames(socket.getPeerCertificate(), hostnames));
        });
        socket.once("error", () => end(false));
        socket.once("timeout", () => end(false));
    });
}

/** Not the placeholder, and for every name. */
export function isForAllNames(certificate: nodeTls.PeerCertificate, hostnames: string[]): boolean {
    return (
        certificate.subject?.CN !== PLACEHOLDER_COMMON_NAME &&
        hostnames.every(
            name => nodeTls.checkServerIdentity(canonicalHostname(name), certificate) === undefined,
        )
    );
}
