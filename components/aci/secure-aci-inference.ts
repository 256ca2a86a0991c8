import * as pulumi from "@pulumi/pulumi";
import { TlsMode } from "../certificate/tls-arguments";
import { servingCertificate } from "../certificate/serving-certificate";
import type { CertificateInfo } from "../certificate/certificate-info";
import { addressOf } from "../address/address";
import { AddressGuard } from "../address/address-guard";
import type { DnsRecord } from "../dns/record";
import { type ScoringKeys, scoringKeys } from "../keys/scoring-keys";
import { type DeployedImages, withDeployedImages } from "../images/deployed-images";
import type { SecureAciInferenceArgs } from "./arguments";
import { cnameRecord } from "./cname-record";
import { containerGroup } from "./container-group";
import { ServingRevision } from "./drain-previous-revision";
import { gateHooks, type PreviousRecord } from "./gate-hooks";
import { issuer } from "./issuer";
import { readArguments } from "./settings";

/**
 * A machine-learning model behind TLS on Azure Container Instances: one container group with the model and HAProxy, the
 * certificate, the DNS record, scoring keys and request limits.
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
    /** The OpenAPI description of the model's input and output, if the model serves one. */
    readonly swaggerUri: pulumi.Output<string>;
    /**
     * The host name that Azure assigns to the container group. It stays the same when the IP address changes. With revisions
     * (see `dns`) it belongs to the current revision only: clients must use `tls.hostname`.
     */
    readonly fqdn: pulumi.Output<string>;
    /** The current IP address. Azure may change it, so clients must use a host name. */
    readonly ipAddress: pulumi.Output<string | undefined>;
    /** The DNS record that points `tls.hostname` to the service. Create it yourself unless `zone` is set. Absent without `tls.hostname`. */
    readonly dnsRecord: pulumi.Output<DnsRecord | undefined>;
    /** The certificate of the service. Absent with `TlsMode.Disabled`, and with `TlsMode.Auto`, where it changes between updates. */
    readonly certificate: pulumi.Output<CertificateInfo | undefined>;
    /** The scoring keys. Secret. Absent when requests need no key. */
    readonly keys: pulumi.Output<ScoringKeys | undefined>;
    /** The deployed images of the containers beside the model. */
    readonly images: pulumi.Output<DeployedImages>;

    constructor(name: string, args: SecureAciInferenceArgs, opts?: pulumi.ComponentResourceOptions) {
        const now = new Date();
        const checked = readArguments(name, args, now);
        const { tls, revisions } = checked;
        // Each revision has another host name from Azure, so clients cannot use it.
        const stableFqdn = revisions ? undefined : checked.fqdn;
        const address = addressOf({ fqdn: stableFqdn, tls, dns: checked.dns, model: checked.model.name });
        const guard = new AddressGuard(name, args.overwriteExistingDomain ?? false);
        super("azure-secure-inference:index:SecureAciInference", name, { ...address }, guard.options(opts));

        const { settings, images } = withDeployedImages(name, checked, this);
        const customNames = tls.hostname === undefined ? [] : [tls.hostname];
        const names = { own: customNames, azure: stableFqdn, now };
        const certificate = servingCertificate(name, tls, names, this);
        const keys = scoringKeys(name, settings.keys, this);
        const certificateIssuer = settings.tls.acme && issuer(name, settings.tls.acme, settings, this);

        const contents = { certificate, keys, issuer: certificateIssuer };
        const { group, fqdn } = containerGroup(name, settings, contents, this);

        const previousRecord: PreviousRecord = {};
        const hooks = revisions
            ? gateHooks(name, settings, { group, certificate, previousRecord }, this)
            : undefined;
        // Azure's host name is known before the group exists, so the order needs `dependsOn`.
        const cname = cnameRecord(name, settings, fqdn, { parent: this, dependsOn: [group], hooks });
        const record = cname?.recordSet;
        if (record) new ServingRevision(name, settings, { fqdn, record, previousRecord }, this);
        guard.remember(address, record ? [group, record] : [group], this);

        const scheme = tls.mode === TlsMode.Disabled ? "http" : "https";
        const base = pulumi.interpolate`${scheme}://${tls.hostname ?? fqdn}`;
        this.scoringUri = pulumi.interpolate`${base}/score`;
        this.swaggerUri = pulumi.interpolate`${base}/swagger.json`;
        this.fqdn = fqdn;
        this.ipAddress = group.ipAddress.apply(address => address?.ip);
        this.dnsRecord = cname?.output ?? pulumi.output(undefined);
        this.certificate = certificate?.info ?? pulumi.output(undefined);
        this.keys = keys ?? pulumi.output(undefined);
        this.images = images;
        const { scoringUri, swaggerUri, ipAddress, dnsRecord } = this;
        this.registerOutputs({
            ...{ scoringUri, swaggerUri, fqdn, ipAddress, dnsRecord },
            ...{ certificate: this.certificate, keys: this.keys, images },
        });
    }
}
