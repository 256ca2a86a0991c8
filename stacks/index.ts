import * as dns from "@pulumi/azure-native/dns";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { LoadBalancerType, SecureAciInference, SecureAksInference, TlsMode } from "../components";
import { aciArguments, aksArguments, type Placement } from "./arguments";
import { Hosting } from "./schema";
import { readSettings, SettingsError, type StackSettings } from "./settings";

/** Exported by the SDK, but not declared in its types. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

const stack = settings();

const resourceGroupName = stack.resourceGroup.create
    ? new resources.ResourceGroup(stack.resourceGroup.name, {
          resourceGroupName: stack.resourceGroup.name,
          location: stack.location,
          tags: stack.tags,
      }).name
    : stack.resourceGroup.name;

export = { hosting: stack.hosting, tlsMode: stack.tls.mode, ...outputs() };

/** The stack's outputs. Pulumi warns about undefined outputs, so only those that these settings produce are exported. */
function outputs() {
    const { tls, keys: keysSettings, loadBalancer } = stack;
    switch (stack.hosting) {
        case Hosting.ContainerInstances: {
            const { scoringUri, swaggerUri, fqdn, ipAddress, dnsRecord, certificate, keys, images } =
                new SecureAciInference(stack.name, aciArguments(stack, placement()));
            return {
                ...{ scoringUri, swaggerUri, fqdn, ipAddress, images },
                ...(tls.hostname !== undefined && { dnsRecord }),
                ...(hasCertificateOutput(tls.mode) && { certificate }),
                ...(keysSettings?.enabled && { keys }),
            };
        }
        case Hosting.Kubernetes: {
            const {
                services,
                fqdn,
                ipAddress,
                dnsRecords,
                certificate,
                keys,
                namespace,
                kubeconfig,
                images,
            } = new SecureAksInference(stack.name, aksArguments(stack, placement()));
            return {
                ...{ services, ipAddress, dnsRecords, keys, namespace, kubeconfig, images },
                ...(loadBalancer?.type !== LoadBalancerType.InternalLoadBalancer && { fqdn }),
                ...(hasCertificateOutput(tls.mode) && tls.secretName === undefined && { certificate }),
            };
        }
    }
}

/** Whether the certificate changes only by an update, so that the stack can output its expiry and fingerprint. */
function hasCertificateOutput(mode: TlsMode): boolean {
    return mode === TlsMode.Custom || mode === TlsMode.SelfSigned;
}

function placement(): Placement {
    const { zoneName, createZone = false } = stack.dns ?? {};
    return {
        resourceGroupName,
        zoneName: zoneName !== undefined && createZone ? newZone(zoneName) : zoneName,
    };
}

function newZone(zoneName: string): pulumi.Output<string> {
    return new dns.Zone(zoneName, { resourceGroupName, zoneName, location: "global", zoneType: "Public" })
        .name;
}

function settings(): StackSettings {
    try {
        // `allConfig` decrypts secrets; `readSettings` marks them again.
        return readSettings(pulumi.runtime.allConfig(), pulumi.getProject(), __dirname, isConfigSecret);
    } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        const file = `stacks/Pulumi.${pulumi.getStack()}.yaml`;
        const count = error.problems.length;
        const headline = count === 1 ? "1 invalid setting" : `${count} invalid settings`;
        throw new pulumi.RunError(`${file}: ${headline}\n${error.message}`);
    }
}
