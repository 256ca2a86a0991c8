/** The resources that `stacks/` declares with Pulumi.local.yaml, written by hand. */
import * as containerinstance from "@pulumi/azure-native/containerinstance";
import * as dns from "@pulumi/azure-native/dns";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

const label = "contoso-a1b2c3";
const fqdn = `${label}.westeurope.azurecontainer.io`;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const ecdsa = { algorithm: "ECDSA", ecdsaCurve: "P256" };

const group = new resources.ResourceGroup("inference-local", {
    resourceGroupName: "inference-local",
    location: "westeurope",
});
const zone = new dns.Zone("contoso.test", {
    resourceGroupName: group.name,
    zoneName: "contoso.test",
    location: "global",
    zoneType: "Public",
});
const authorityKey = new tls.PrivateKey("authority-key", ecdsa);
const authority = new tls.SelfSignedCert("authority", {
    privateKeyPem: authorityKey.privateKeyPem,
    subject: { commonName: "development authority" },
    isCaCertificate: true,
    allowedUses: ["cert_signing", "crl_signing"],
    validityPeriodHours: 87_600,
});
const key = new tls.PrivateKey("key", ecdsa);
const request = new tls.CertRequest("request", {
    privateKeyPem: key.privateKeyPem,
    subject: { commonName: "iris" },
    dnsNames: ["score.contoso.test", fqdn],
});
const certificate = new tls.LocallySignedCert("certificate", {
    caPrivateKeyPem: authorityKey.privateKeyPem,
    caCertPem: authority.certPem,
    certRequestPem: request.certRequestPem,
    allowedUses: ["digital_signature", "server_auth"],
    validityPeriodHours: 2160,
});
const primary = new random.RandomPassword("primary", { length: 32, special: false });
const secondary = new random.RandomPassword("secondary", { length: 32, special: false });

const probe = (path: string, port: number) => ({
    httpGet: { path, port, scheme: "http" },
    periodSeconds: 10,
    timeoutSeconds: 2,
    failureThreshold: 3,
    successThreshold: 1,
});
const containers = new containerinstance.ContainerGroup("iris", {
    resourceGroupName: group.name,
    location: "westeurope",
    containerGroupName: "iris",
    osType: "Linux",
    restartPolicy: "Always",
    containers: [
        {
            name: "front",
            image: "localhost/front:3.0",
            environmentVariables: [{ name: "FRONT_CONFIGURATION", value: "global\n    maxconn 4000\n" }],
            ports: [{ port: 443 }, { port: 80 }],
            resources: { requests: { cpu: 0.9, memoryInGB: 0.5 } },
            volumeMounts: [{ name: "front-secrets", mountPath: "/run/front", readOnly: true }],
            livenessProbe: probe("/live", 8404),
            readinessProbe: probe("/ready", 8404),
        },
        {
            name: "iris",
            image: "localhost/iris:1",
            resources: { requests: { cpu: 0.1, memoryInGB: 0.5 } },
            livenessProbe: probe("/", 5001),
            readinessProbe: probe("/", 5001),
        },
    ],
    ipAddress: { type: "Public", ports: [{ port: 443 }, { port: 80 }], dnsNameLabel: label },
    volumes: [
        {
            name: "front-secrets",
            secret: {
                "certificate.pem": pulumi.secret(
                    pulumi
                        .all([certificate.certPem, key.privateKeyPem])
                        .apply(([chain, pem]) => base64(chain + pem)),
                ),
                "key-digests": pulumi.secret(
                    pulumi.all([primary.result, secondary.result]).apply(keys => base64(keys.join("\n"))),
                ),
            },
        },
    ],
});
const record = new dns.RecordSet("cname", {
    resourceGroupName: group.name,
    zoneName: zone.name,
    relativeRecordSetName: "score",
    recordType: "CNAME",
    ttl: 60,
    cnameRecord: { cname: fqdn },
});

export const scoringUri = "https://score.contoso.test/score";
export const ipAddress = containers.ipAddress.apply(address => address?.ip);
export const recordId = record.id;
export const keys = pulumi.secret(pulumi.all([primary.result, secondary.result]));
