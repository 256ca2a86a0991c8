import type * as pulumi from "@pulumi/pulumi";
import type { AcmeChallenge } from "../certificate/acme-arguments";
import { TlsMode, type TlsSettings } from "../certificate/tls-arguments";

/**
 * The addresses of a service. State stores it as the inputs of the component. Versions before 0.2 stored no properties for models,
 * records and load balancers.
 */
export interface Address {
    /** The name that Azure assigns. Absent with revisions, where each revision has a different one. */
    fqdn?: pulumi.Input<string | undefined>;
    /** The custom domain. */
    hostname?: pulumi.Input<string>;
    tlsMode: TlsMode;
    /** How long browsers remember to use only HTTPS. */
    hstsMaxAgeSeconds?: number;
    challenge?: AcmeChallenge;
    /** The zone in which the component creates the records. */
    zoneName?: pulumi.Input<string>;
    zoneResourceGroupName?: pulumi.Input<string>;
    /** The name of the one model, on Container Instances. */
    model?: string;
    /** The models by name, on Kubernetes. */
    models?: Record<string, AddressOfModel>;
    /** The type of the load balancer, on Kubernetes. */
    loadBalancerType?: string;
    /** The subnet of an internal load balancer. */
    subnetName?: string;
}

/** The address of one of several models, in addition to its path. */
interface AddressOfModel {
    hostname?: pulumi.Input<string>;
    plainHttp?: boolean;
}

/** The settings of a service that determine its addresses. */
export interface AddressSettings extends Pick<
    Address,
    "fqdn" | "model" | "models" | "loadBalancerType" | "subnetName"
> {
    tls: TlsSettings;
    dns: { zoneName?: pulumi.Input<string>; zoneResourceGroupName: pulumi.Input<string> };
}

/** The addresses of a service with these settings. */
export function addressOf({ tls, dns, ...rest }: AddressSettings): Address {
    return {
        ...rest,
        hostname: tls.hostname,
        tlsMode: tls.mode,
        hstsMaxAgeSeconds: tls.mode === TlsMode.Disabled ? undefined : tls.hstsMaxAgeSeconds,
        challenge: tls.acme?.challenge,
        zoneName: dns.zoneName,
        zoneResourceGroupName: dns.zoneName === undefined ? undefined : dns.zoneResourceGroupName,
    };
}
