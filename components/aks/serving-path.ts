import type * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { ServingCertificate } from "../certificate/certificate-info";
import type { ScoringKeys } from "../keys/scoring-keys";
import type { PublicAddress } from "./address";
import { front } from "./front";
import { configuration, frontSecrets, frontSettings } from "./front-files";
import type { Issuer } from "./issuer";
import type { KubernetesScope } from "./kubernetes-scope";
import { loadBalancer } from "./load-balancer";
import { model } from "./model";
import type { AksSettings } from "./settings";

/** The resources that the serving path uses. */
interface ServingPathArgs {
    /** Undefined with an internal load balancer. */
    address: PublicAddress | undefined;
    /** Undefined if a Kubernetes Secret contains the certificate. */
    certificate: ServingCertificate | undefined;
    /** By the model's name. */
    keys: ReadonlyMap<string, pulumi.Output<ScoringKeys>>;
    pullSecret: core.Secret | undefined;
    /** Set with `TlsMode.Auto`. */
    issuer: Issuer | undefined;
}

/** The load balancer, and the IP address that it receives. */
export interface ServingPath {
    service: core.Service;
    /** Empty until the load balancer has an address. */
    ingressIp: pulumi.Output<string>;
}

/**
 * Creates the path of a request, from its end: the models, the fronts, the load balancer. Each part depends on the one before, so
 * that no client reaches a front without models.
 */
export function servingPath(
    settings: AksSettings,
    scope: KubernetesScope,
    { address, certificate, keys, pullSecret, issuer }: ServingPathArgs,
): ServingPath {
    const models = settings.models.map(one => model(one, scope, pullSecret));
    const behaviour = frontSettings(settings, scope, issuer?.storedCertificate);
    const fronts = front(settings, scope, {
        behaviour,
        configuration: configuration(behaviour, scope),
        secrets: frontSecrets(certificate, keys, scope),
        pullSecret,
        store: issuer?.store,
        dependsOn: [...models, ...(issuer?.beforeFronts ?? [])],
    });
    const service = loadBalancer(settings, scope, {
        address,
        front: fronts,
        hooks: issuer?.loadBalancerHooks,
    });
    const ingressIp = service.status.apply(({ loadBalancer: { ingress = [] } }) => ingress[0]?.ip ?? "");
    return { service, ingressIp };
}
