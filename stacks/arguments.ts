import type * as pulumi from "@pulumi/pulumi";
import type {
    AksAcmeArgs,
    AksTlsArgs,
    DnsArgs,
    PullSecretArgs,
    SecureAciInferenceArgs,
    SecureAksInferenceArgs,
} from "../components";
import type { StackSettings } from "./settings";

/** Names of resources that the stack may create itself. */
export interface Placement {
    resourceGroupName: pulumi.Input<string>;
    /** Undefined without `dns`. */
    zoneName: pulumi.Input<string> | undefined;
}

/** The arguments of `SecureAciInference`. */
export function aciArguments(stack: StackSettings, placement: Placement): SecureAciInferenceArgs {
    const {
        model,
        front,
        containerGroupName,
        revisionTimeoutSeconds,
        limits,
        registries,
        registry,
        identity,
    } = stack;
    return {
        ...common(stack, placement),
        tls: tls(stack),
        dns: zone(stack, placement),
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
    };
}

/** The arguments of `SecureAksInference`. */
export function aksArguments(stack: StackSettings, placement: Placement): SecureAksInferenceArgs {
    const { cluster, models = {}, front, limits, loadBalancer, registries, registry } = stack;
    const zoneOfRecords = zone(stack, placement);
    return {
        ...common(stack, placement),
        tls: { ...tls(stack), secretName: stack.tls.secretName },
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
    };
}

function common(stack: StackSettings, { resourceGroupName }: Placement) {
    const { location, environment, leafDomainLabel, overwriteExistingDomain, tags, imageRenewalTrigger } =
        stack;
    return {
        ...{ resourceGroupName, location, environment, leafDomainLabel, overwriteExistingDomain, tags },
        imageRenewalTrigger,
    };
}

function tls(stack: StackSettings): AksTlsArgs {
    const { mode, hostname, certificate, privateKey, pfx, pfxPassword, trustedRoots } = stack.tls;
    const { minimumVersion, hstsMaxAgeSeconds, renewalTrigger } = stack.tls;
    return {
        ...{ mode, hostname, certificate, privateKey, pfx, pfxPassword, trustedRoots },
        ...{ minimumVersion, hstsMaxAgeSeconds, renewalTrigger },
        // The component validates the remaining fields.
        acme: stack.tls.acme as AksAcmeArgs | undefined,
    };
}

function zone({ dns }: StackSettings, { zoneName }: Placement): DnsArgs | undefined {
    if (dns === undefined || zoneName === undefined) return undefined;
    return { zoneName, zoneResourceGroupName: dns.zoneResourceGroupName, ttl: dns.ttl };
}
