import * as dns from "@pulumi/azure-native/dns";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { SecureAciInference } from "../components";
import { readSettings, SettingsError, type StackSettings } from "./settings";

const { name, resourceGroup, dns: zone, tls, ...rest } = settings();

const resourceGroupName = resourceGroup.create
    ? new resources.ResourceGroup(resourceGroup.name, {
          resourceGroupName: resourceGroup.name,
          location: rest.location,
          tags: rest.tags,
      }).name
    : resourceGroup.name;

const service = new SecureAciInference(name, {
    ...rest,
    resourceGroupName,
    tls: {
        mode: tls.mode,
        hostname: tls.hostname,
        certificate: tls.certificate,
        privateKey: tls.privateKey,
        minimumVersion: tls.minimumVersion,
        hstsMaxAgeSeconds: tls.hstsMaxAgeSeconds,
    },
    dns: zone && {
        zoneName: zone.createZone ? newZone(zone.zoneName) : zone.zoneName,
        zoneResourceGroupName: zone.zoneResourceGroupName,
        ttl: zone.ttl,
    },
});

export const scoringUri = service.scoringUri;
export const swaggerUri = service.swaggerUri;
export const fqdn = service.fqdn;
export const ipAddress = service.ipAddress;
export const dnsRecord = service.dnsRecord;
export const certificate = service.certificate;
export const keys = service.keys;
export const tlsMode = tls.mode;

function newZone(zoneName: string): pulumi.Output<string> {
    return new dns.Zone(zoneName, { resourceGroupName, zoneName, location: "global", zoneType: "Public" })
        .name;
}

function settings(): StackSettings {
    try {
        // All of the configuration at once, secrets too: the component takes them as values and keeps them secret.
        return readSettings(pulumi.runtime.allConfig(), pulumi.getProject(), __dirname);
    } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        const file = `stacks/Pulumi.${pulumi.getStack()}.yaml`;
        throw new pulumi.RunError(`${file}: the settings cannot work\n${error.message}`);
    }
}
