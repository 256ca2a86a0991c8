import * as dns from "@pulumi/azure-native/dns";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import {
    type AksAcmeArgs,
    type AksTlsArgs,
    type DnsArgs,
    LoadBalancerType,
    type PullSecretArgs,
    SecureAciInference,
    SecureAksInference,
    TlsMode,
} from "../components";
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
                containerInstances();
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
            } = kubernetes();
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

function containerInstances(): SecureAciInference {
    const { model, front, containerGroupName, revisionTimeoutSeconds, limits, registries, registry, identity } =
        stack;
    return new SecureAciInference(stack.name, {
        ...common(),
        tls: tls(),
        dns: zone(),
        containerGroupName,
        revisionTimeoutSeconds,
        // The schema requires it for this hosting.
        model: model!,
        limits,
        keys: stack.keys,
        front: front && {
            image: front.image,
            cpu: front.cpu,
            memoryInGB: front.memoryInGB,
            accessLog: front.accessLog,
        },
        registries,
        registry,
        identity,
        logAnalytics: stack.logAnalytics,
    });
}

function kubernetes(): SecureAksInference {
    const { cluster, models = {}, front, limits, loadBalancer, registries, registry } = stack;
    const zoneOfRecords = zone();
    return new SecureAksInference(stack.name, {
        ...common(),
        tls: { ...tls(), secretName: stack.tls.secretName },
        dns: zoneOfRecords && { ...zoneOfRecords, recordType: stack.dns?.recordType },
        // The schema requires it for this hosting.
        cluster: cluster!,
        namespace: stack.namespace,
        models: Object.fromEntries(
            Object.entries(models).map(([name, model]) => [name, { limits, keys: stack.keys, ...model }]),
        ),
        loadBalancer,
        front,
        // The component validates the remaining fields.
        registries: registries as PullSecretArgs[] | undefined,
        registry: registry as PullSecretArgs | undefined,
    });
}

function common() {
    const { location, environment, leafDomainLabel, overwriteExistingDomain, tags, imageRenewalTrigger } =
        stack;
    return {
        ...{ resourceGroupName, location, environment, leafDomainLabel, overwriteExistingDomain, tags },
        imageRenewalTrigger,
    };
}

function tls(): AksTlsArgs {
    const { mode, hostname, certificate, privateKey, pfx, pfxPassword, trustedRoots } = stack.tls;
    const { minimumVersion, hstsMaxAgeSeconds, renewalTrigger } = stack.tls;
    return {
        ...{ mode, hostname, certificate, privateKey, pfx, pfxPassword, trustedRoots },
        ...{ minimumVersion, hstsMaxAgeSeconds, renewalTrigger },
        // The component validates the remaining fields.
        acme: stack.tls.acme as AksAcmeArgs | undefined,
    };
}

function zone(): DnsArgs | undefined {
    if (!stack.dns) return undefined;
    const { zoneName, zoneResourceGroupName, ttl, createZone } = stack.dns;
    return { zoneName: createZone ? newZone(zoneName) : zoneName, zoneResourceGroupName, ttl };
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
