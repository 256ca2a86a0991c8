import * as pulumi from "@pulumi/pulumi";
import type { AcmeSettings } from "./acme-arguments";
import { canonicalHostname } from "../shared/host-name";
import type { ZoneAccess } from "../dns/zone-access";
import {
    certificateName,
    EXTERNAL_ACCOUNT_KEY_VARIABLE,
    issuerEnvironment,
    type IssuerIdentity,
} from "../issuer";

/** The settings of the issuer. */
export interface IssuerArgs {
    acme: AcmeSettings;
    /** The names of the certificate. */
    hostnames: pulumi.Input<string>[];
    /** A new value orders a new certificate at the next update. */
    renewalTrigger?: pulumi.Input<string>;
    /** Set for `Dns01`. */
    zone?: ZoneAccess & { identifiedBy: IssuerIdentity };
}

/** Environment variables of the issuer. A preview shows the plain ones. */
export interface IssuerEnvironment {
    plain: pulumi.Output<Record<string, string>>;
    secret: Record<string, pulumi.Output<string>>;
}

/** The file name of the certificate in the store that issuer and fronts share. */
export function storedCertificateName(
    { directoryUrl }: AcmeSettings,
    hostnames: pulumi.Input<string>[],
): pulumi.Output<string> {
    return pulumi
        .all([directoryUrl, pulumi.all(hostnames)])
        .apply(([directory, names]) =>
            certificateName({ directoryUrl: directory, hostnames: names.map(canonicalHostname) }),
        );
}

export function issuerVariables({ acme, hostnames, renewalTrigger, zone }: IssuerArgs): IssuerEnvironment {
    const { directoryUrl, email, certificateAuthority, externalAccountBinding } = acme;
    const dnsZone =
        zone &&
        pulumi
            .all([zone.zoneName, zone.zoneResourceGroupName, zone.subscriptionId, zone.identity.clientId])
            .apply(([zoneName, resourceGroup, subscriptionId, clientId]) => ({
                zoneName,
                resourceGroup,
                subscriptionId,
                clientId,
                identity: zone.identifiedBy,
            }));
    const plain = pulumi
        .all([
            pulumi.all(hostnames),
            directoryUrl,
            email,
            certificateAuthority,
            externalAccountBinding?.keyId,
            renewalTrigger,
            dnsZone,
        ])
        .apply(([names, directory, address, authority, externalAccountKeyId, trigger, dns]) =>
            issuerEnvironment({
                hostnames: names.map(canonicalHostname),
                directoryUrl: directory,
                email: address,
                certificateAuthority: authority,
                externalAccountKeyId,
                renewalTrigger: trigger,
                dnsZone: dns,
            }),
        );
    return {
        plain,
        secret: externalAccountBinding
            ? { [EXTERNAL_ACCOUNT_KEY_VARIABLE]: pulumi.secret(externalAccountBinding.hmacKey) }
            : {},
    };
}
