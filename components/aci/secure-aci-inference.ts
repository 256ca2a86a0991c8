import * as pulumi from "@pulumi/pulumi";
import { TlsMode } from "../certificate/tls-arguments";
import { servingCertificate } from "../certificate/serving-certificate";
import type { CertificateInfo } from "../certificate/certificate-info";
import { addressOf } from "../address/address-change";
import { AddressGuard } from "../address/address-guard";
import { cnameRecordSet, dnsRecord, type DnsRecord, nameInZone } from "../dns/record";
import { type ScoringKeys, scoringKeys } from "../keys/scoring-keys";
import type { SecureAciInferenceArgs } from "./arguments";
import { containerGroup } from "./container-group";
import { gateHooks, type Handover } from "./gate-hooks";
import { issuer } from "./issuer";
import { ServingRevision } from "./serving-revision";
import { type AciSettings, readArguments } from "./settings";

/**
 * A machine-learning model behind TLS on Azure Container Instances: the model's container and an HAProxy before it, the
 * certificate, the name, scoring keys and limits.
 *
 * @example
 * const iris = new SecureAciInference("iris", {
 *     resourceGroupName: group.name,
 *     model: { image: "contoso.azurecr.io/iris:7", cpu: 1, memoryInGB: 1.5 },
 *     tls: { mode: TlsMode.Custom, hostname: "score.contoso.com", certificate, privateKey },
 *     dns: { zoneName: "contoso.com", zoneResourceGroupName: "dns" },
 *     keys: { enabled: true },
 * });
 * export const scoringUri = iris.scoringUri;
 */
export class SecureAciInference extends pulumi.ComponentResource {
    /** Where to POST, e.g. `https://score.contoso.com/score`. */
    readonly scoringUri: pulumi.Output<string>;
    /** The description of the model's input and output, where the model has one. */
    readonly swaggerUri: pulumi.Output<string>;
    /**
     * The name that Azure gives. A CNAME to it stays right when the address changes. Where every change makes a new revision
     * (see `dns`), that of the one which serves now: clients use `tls.hostname`.
     */
    readonly fqdn: pulumi.Output<string>;
    /** The address at the moment. Azure may change it: use the names. */
    readonly ipAddress: pulumi.Output<string | undefined>;
    /** The record that makes `tls.hostname` lead here: create it unless `zone` says that it is there. */
    readonly dnsRecord: pulumi.Output<DnsRecord | undefined>;
    /** The certificate that is served; absent without TLS, and with `TlsMode.Auto`, where it changes by itself. */
    readonly certificate: pulumi.Output<CertificateInfo | undefined>;
    /** The scoring keys, secret; absent when requests need none. */
    readonly keys: pulumi.Output<ScoringKeys | undefined>;

    constructor(name: string, args: SecureAciInferenceArgs, opts?: pulumi.ComponentResourceOptions) {
        const now = new Date();
        const settings = readArguments(name, args, now);
        const { tls, revisions } = settings;
        // Names that stay. That of a revision does not, and no client is to use it.
        const azure = revisions ? undefined : settings.fqdn;
        const address = addressOf(azure, tls);
        const guard = new AddressGuard(name, args.overwriteExistingDomain ?? false);
        super("azure-secure-inference:index:SecureAciInference", name, { ...address }, guard.options(opts));
        const own = tls.hostname === undefined ? [] : [tls.hostname];
        const certificate = servingCertificate(name, tls, { own, azure, now }, this);
        const keys = scoringKeys(name, settings.keys, this);
        const automatic = tls.acme && issuer(name, tls.acme, settings, this);
        const { group, fqdn } = containerGroup(name, settings, certificate, keys, automatic, this);
        const handover: Handover = {};
        const hooks = revisions ? gateHooks(name, settings, group, certificate, handover, this) : undefined;
        const domain = customDomain(name, settings, fqdn, { parent: this, dependsOn: [group], hooks });
        const record = domain?.recordSet;
        if (record) new ServingRevision(name, settings, { fqdn, record, handover }, this);
        guard.remember(address, record ? [group, record] : [group], this);

        const host = pulumi.output(tls.hostname ?? fqdn);
        const base = pulumi.interpolate`${tls.mode === TlsMode.Disabled ? "http" : "https"}://${host}`;
        this.scoringUri = pulumi.interpolate`${base}/score`;
        this.swaggerUri = pulumi.interpolate`${base}/swagger.json`;
        this.fqdn = fqdn;
        this.ipAddress = group.ipAddress.apply(address => address?.ip);
        this.dnsRecord = domain?.record ?? pulumi.output(undefined);
        this.certificate = certificate?.info ?? pulumi.output(undefined);
        this.keys = keys ?? pulumi.output(undefined);
        this.registerOutputs({
            scoringUri: this.scoringUri,
            swaggerUri: this.swaggerUri,
            fqdn: this.fqdn,
            ipAddress: this.ipAddress,
            dnsRecord: this.dnsRecord,
            certificate: this.certificate,
            keys: this.keys,
        });
    }
}

/** The record for the custom domain: made when its zone is named, told otherwise. */
function customDomain(
    name: string,
    { tls, dns }: AciSettings,
    fqdn: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): { record: pulumi.Output<DnsRecord>; recordSet?: pulumi.CustomResource } | undefined {
    if (tls.hostname === undefined) return undefined;
    const told = { hostname: tls.hostname, type: "CNAME", value: fqdn, ttl: dns.ttl };
    if (dns.zoneName === undefined) return { record: dnsRecord(told) };
    const { zoneName, zoneResourceGroupName } = dns;
    const hostname = nameInZone(
        name,
        { propertyPath: "tls.hostname", hostname: tls.hostname, zoneName, apexAllowed: false },
        opts.parent,
    );
    const args = { hostname, zoneName, zoneResourceGroupName, ttl: dns.ttl, target: fqdn };
    // The value is known before the group is there, so the order has to be said.
    const recordSet = cnameRecordSet(`${name}-cname`, args, opts);
    return { record: dnsRecord({ ...told, hostname, zoneName }), recordSet };
}
