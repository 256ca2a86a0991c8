import * as pulumi from "@pulumi/pulumi";
import { customCertificate } from "../certificate/custom";
import { selfSignedCertificate } from "../certificate/self-signed";
import type { CertificateInfo, ServingCertificate } from "../certificate/serving-certificate";
import { cnameRecordSet, dnsRecord, type DnsRecord } from "../dns/record";
import { zoneProblem } from "../dns/hostname";
import { addressGuard } from "./address-guard";
import { isLater, laterError } from "./argument-check";
import { type SecureAciInferenceArgs, TlsMode } from "./arguments";
import { containerGroup } from "./container-group";
import { type ScoringKeys, scoringKeys } from "./scoring-keys";
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
    /** The name that Azure gives. A CNAME to it stays right when the address changes. */
    readonly fqdn: pulumi.Output<string>;
    /** The address at the moment. Azure may change it: use the names. */
    readonly ipAddress: pulumi.Output<string | undefined>;
    /** The record that makes `tls.hostname` lead here: create it unless `zone` says that it is there. */
    readonly dnsRecord: pulumi.Output<DnsRecord | undefined>;
    /** The certificate that is served; absent without TLS. */
    readonly certificate: pulumi.Output<CertificateInfo | undefined>;
    /** The scoring keys, secret; absent when requests need none. */
    readonly keys: pulumi.Output<ScoringKeys | undefined>;

    constructor(name: string, args: SecureAciInferenceArgs, opts?: pulumi.ComponentResourceOptions) {
        const now = new Date();
        const settings = readArguments(name, args, now);
        const { fqdn, tls } = settings;
        super(
            "azure-secure-inference:index:SecureAciInference",
            name,
            { fqdn, hostname: tls.hostname },
            guarded(name, args.overwriteExistingDomain ?? false, opts),
        );
        const certificate = servingCertificate(name, settings, now, this);
        const keys = scoringKeys(name, settings.keys, this);
        const group = containerGroup(name, settings, certificate, keys, this);
        const record = customDomain(name, settings, group, this);

        const host = pulumi.output(tls.hostname ?? fqdn);
        const base = pulumi.interpolate`${tls.mode === TlsMode.Disabled ? "http" : "https"}://${host}`;
        this.scoringUri = pulumi.interpolate`${base}/score`;
        this.swaggerUri = pulumi.interpolate`${base}/swagger.json`;
        this.fqdn = pulumi.output(fqdn);
        this.ipAddress = group.ipAddress.apply(address => address?.ip);
        this.dnsRecord = record ?? pulumi.output(undefined);
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

function guarded(
    name: string,
    overwriteExistingDomain: boolean,
    opts: pulumi.ComponentResourceOptions | undefined,
): pulumi.ComponentResourceOptions {
    if (overwriteExistingDomain) return opts ?? {};
    return pulumi.mergeOptions(opts, { hooks: { beforeUpdate: [addressGuard(name)] } });
}

function servingCertificate(
    name: string,
    { tls, fqdn }: AciSettings,
    now: Date,
    component: pulumi.Resource,
): ServingCertificate | undefined {
    switch (tls.mode) {
        case TlsMode.Disabled:
            return undefined;
        case TlsMode.SelfSigned: {
            const hostnames = tls.hostname === undefined ? [fqdn] : [tls.hostname, fqdn];
            return selfSignedCertificate(name, hostnames, component);
        }
        case TlsMode.Custom: {
            const { certificate = "", privateKey = "", hostname = "" } = tls;
            return customCertificate(
                { certificate, privateKey, hostname },
                now,
                problems => laterError(name, problems, component),
                component,
            );
        }
    }
}

/** The record for the custom domain: made when its zone is named, told otherwise. */
function customDomain(
    name: string,
    { tls, dns, fqdn }: AciSettings,
    group: pulumi.Resource,
    component: pulumi.Resource,
): pulumi.Output<DnsRecord> | undefined {
    if (tls.hostname === undefined) return undefined;
    const record = { hostname: tls.hostname, target: fqdn, ttl: dns.ttl };
    if (dns.zoneName === undefined) return dnsRecord(record);
    const { zoneName, zoneResourceGroupName } = dns;
    const hostname = inZone(name, tls.hostname, zoneName, component);
    const args = { ...record, hostname, zoneName, zoneResourceGroupName };
    // The value is known before the group is there, so the order has to be said.
    cnameRecordSet(`${name}-cname`, args, { parent: component, dependsOn: [group] });
    return dnsRecord(args);
}

/** The name, checked against the zone when one of the two is known only later. */
function inZone(
    component: string,
    hostname: pulumi.Input<string>,
    zoneName: pulumi.Input<string>,
    resource: pulumi.Resource,
): pulumi.Input<string> {
    if (!isLater(hostname) && !isLater(zoneName)) return hostname;
    return pulumi.all([hostname, zoneName]).apply(([name, zone]) => {
        const reason = zoneProblem(name, zone);
        if (reason === undefined) return name;
        throw laterError(component, [{ propertyPath: "tls.hostname", reason }], resource);
    });
}
