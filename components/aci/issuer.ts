import type * as containerinstance from "@pulumi/azure-native/containerinstance";
import type { input } from "@pulumi/azure-native/types";
import * as pulumi from "@pulumi/pulumi";
import { type AcmeSettings, AcmeChallenge } from "../certificate/acme-arguments";
import { certificateWaitHooks } from "../certificate/certificate-wait";
import { warnAboutAcmeNames } from "../certificate/acme-name-warnings";
import {
    type IssuerEnvironment,
    issuerVariables,
    storedCertificateName,
} from "../certificate/issuer-environment";
import { zoneAccess, type ZoneAccess } from "../dns/zone-access";
import { issuerContainerCommand } from "../issuer";
import { certificateStore } from "./certificate-store";
import { ISSUER_SHARE } from "./compute-resources";
import type { AciSettings } from "./settings";

/** The name of the container that orders the certificate. */
export const ISSUER_CONTAINER = "issuer";

/** What `Auto` adds to a container group. */
export interface Issuer {
    container: input.containerinstance.ContainerArgs;
    volume: input.containerinstance.VolumeArgs;
    /** The read-only mount of the front, which serves the certificate from it. */
    frontMount: input.containerinstance.VolumeMountArgs;
    /** The name of the certificate in the store. */
    storedCertificate: pulumi.Output<string>;
    /** With `Dns01`, the resource id of the identity that writes to the zone. The group gets it. */
    identityId: pulumi.Output<string> | undefined;
    /** Resources that the group depends on. */
    dependsOn: pulumi.Resource[];
    /** Hooks of the group that wait for the certificate, where no DNS record of the component follows. */
    groupHook: pulumi.ResourceHook[];
}

/** Creates the certificate store, and returns the container that orders and renews the certificate. The store outlives the group. */
export function issuer(
    name: string,
    acme: AcmeSettings,
    settings: AciSettings,
    parent: pulumi.Resource,
): Issuer {
    const store = certificateStore(name, settings, parent);
    const zone = acme.challenge === AcmeChallenge.Dns01 ? access(name, settings, parent) : undefined;
    const { hostname, renewalTrigger } = settings.tls;
    const hostnames = [hostname ?? settings.fqdn];
    warnAboutAcmeNames(acme, hostnames, parent);
    const variables = issuerVariables({
        acme,
        hostnames,
        renewalTrigger,
        zone: zone && { ...zone, identifiedBy: "managed" },
    });
    const { revisions } = settings;
    return {
        groupHook: revisions ? [] : waitAfterGroup(name, acme, settings, parent),
        container: container(acme, variables, store.mount(false)),
        volume: store.volume,
        frontMount: store.mount(true),
        storedCertificate: storedCertificateName(acme, hostnames),
        identityId: zone?.identity.id,
        dependsOn: zone ? [zone.granted] : [],
    };
}

/** Hooks of the DNS record that wait until the group serves the certificate. */
export function waitAfterRecord(
    name: string,
    acme: AcmeSettings,
    settings: AciSettings,
    group: containerinstance.ContainerGroup,
    component: pulumi.Resource,
): pulumi.ResourceHook[] {
    const find = () =>
        pulumi
            .all([group.ipAddress, group.name, settings.resourceGroupName])
            .apply(([address, groupName, resourceGroupName]) => ({
                ipAddress: address?.ip,
                logCommand: logCommand(resourceGroupName, groupName, ISSUER_CONTAINER),
            }));
    const hostnames = [settings.tls.hostname ?? settings.fqdn];
    const { waitSeconds } = acme;
    return certificateWaitHooks(name, { hostnames, userManagedNames: [], waitSeconds, find }, component);
}

function waitAfterGroup(
    name: string,
    { challenge, waitSeconds }: AcmeSettings,
    { tls, fqdn, resourceGroupName }: AciSettings,
    component: pulumi.Resource,
): pulumi.ResourceHook[] {
    const userManagedNames =
        challenge === AcmeChallenge.Http01 && tls.hostname !== undefined ? [tls.hostname] : [];
    const find = (outputs: Record<string, unknown>) =>
        pulumi.output(resourceGroupName).apply(resourceGroup => ({
            ipAddress: (outputs.ipAddress as { ip?: string } | undefined)?.ip,
            logCommand: logCommand(resourceGroup, String(outputs.name), ISSUER_CONTAINER),
        }));
    const hostnames = [tls.hostname ?? fqdn];
    return certificateWaitHooks(name, { hostnames, userManagedNames, waitSeconds, find }, component);
}

/** The command that shows the log of a container. */
export function logCommand(resourceGroupName: string, groupName: string, container: string): string {
    return `az container logs --resource-group ${resourceGroupName} --name ${groupName} --container-name ${container}`;
}

function access(name: string, settings: AciSettings, parent: pulumi.Resource): ZoneAccess {
    const { resourceGroupName, location, tags } = settings;
    // Dns01 without a zone is an invalid argument.
    const { zoneName = "", zoneResourceGroupName } = settings.dns;
    const args = { zoneName, zoneResourceGroupName, resourceGroupName, location, tags };
    return zoneAccess(`${name}-issuer`, args, parent);
}

function container(
    acme: AcmeSettings,
    { plain, secret }: IssuerEnvironment,
    mount: input.containerinstance.VolumeMountArgs,
): input.containerinstance.ContainerArgs {
    const { cpu, memoryInGB } = ISSUER_SHARE;
    return {
        name: ISSUER_CONTAINER,
        image: acme.image,
        command: [...issuerContainerCommand],
        environmentVariables: plain.apply((values): input.containerinstance.EnvironmentVariableArgs[] => [
            ...Object.entries(values).map(([variable, value]) => ({ name: variable, value })),
            ...Object.entries(secret).map(([variable, secureValue]) => ({ name: variable, secureValue })),
        ]),
        resources: { requests: { cpu, memoryInGB } },
        volumeMounts: [mount],
    };
}
