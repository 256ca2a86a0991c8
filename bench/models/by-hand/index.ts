/** The resources of `with-component/`, written by hand with the same settings. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as containerservice from "@pulumi/azure-native/containerservice";
import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
import * as core from "@pulumi/kubernetes/core/v1";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { front, loadBalancer } from "./front";
import { model } from "./model";
import { NAMESPACE } from "./names";

const count = new pulumi.Config().requireNumber("models");
const location = "westeurope";
const label = "contoso-a1b2c3";
const ecdsa = { algorithm: "ECDSA", ecdsaCurve: "P256" };

const group = new resources.ResourceGroup("inference", { resourceGroupName: "inference", location });
const cluster = new containerservice.ManagedCluster("inference", {
    resourceGroupName: group.name,
    location,
    dnsPrefix: label,
    identity: { type: "SystemAssigned" },
    sku: { name: "Base", tier: "Standard" },
    agentPoolProfiles: [
        {
            name: "agents",
            mode: "System",
            type: "VirtualMachineScaleSets",
            osType: "Linux",
            count: 3,
            vmSize: "Standard_D3_v2",
        },
    ],
    networkProfile: {
        networkPlugin: "azure",
        networkPluginMode: "overlay",
        networkDataplane: "cilium",
        networkPolicy: "cilium",
        loadBalancerSku: "standard",
    },
});
const credentials = containerservice.listManagedClusterUserCredentialsOutput({
    resourceGroupName: group.name,
    resourceName: cluster.name,
});
export const kubeconfig = pulumi.secret(
    credentials.kubeconfigs.apply(([first]) => Buffer.from(first?.value ?? "", "base64").toString("utf8")),
);
const provider = new KubernetesProvider("cluster", { kubeconfig });

const address = new network.PublicIPAddress("inference", {
    resourceGroupName: group.name,
    publicIpAddressName: label,
    location,
    sku: { name: "Standard", tier: "Regional" },
    publicIPAllocationMethod: "Static",
    publicIPAddressVersion: "IPv4",
    dnsSettings: { domainNameLabel: label },
});
const role = new authorization.RoleAssignment("network", {
    scope: group.id,
    principalId: cluster.identity.apply(identity => identity?.principalId ?? ""),
    principalType: "ServicePrincipal",
    roleDefinitionId: group.id.apply(
        id =>
            `${id.split("/").slice(0, 3).join("/")}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7`,
    ),
});

export const fqdn = `${label}.${location}.cloudapp.azure.com`;
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
    subject: { commonName: "inference" },
    dnsNames: [fqdn],
});
const certificate = new tls.LocallySignedCert("certificate", {
    caPrivateKeyPem: authorityKey.privateKeyPem,
    caCertPem: authority.certPem,
    certRequestPem: request.certRequestPem,
    allowedUses: ["digital_signature", "server_auth"],
    validityPeriodHours: 2160,
});
const pem = pulumi.all([certificate.certPem, key.privateKeyPem]).apply(([chain, secret]) => chain + secret);

const namespace = new core.Namespace(
    "inference",
    {
        metadata: {
            name: NAMESPACE,
            labels: {
                "pod-security.kubernetes.io/enforce": "restricted",
                "pod-security.kubernetes.io/warn": "restricted",
            },
        },
    },
    { provider },
);
const opts = { provider, dependsOn: [namespace] };
const models = Array.from({ length: count }, (_, index) => model(`model-${index}`, opts));
const fronts = front(models, pem, opts);
loadBalancer(
    {
        "service.beta.kubernetes.io/azure-pip-name": label,
        "service.beta.kubernetes.io/azure-load-balancer-resource-group": group.name,
    },
    [fronts, address, role],
    opts,
);

export const ipAddress = address.ipAddress;
export const keys = pulumi.secret(
    pulumi.all(models.map(({ name, keys: both }) => both.apply(values => [name, values] as const))),
);
export const services = Object.fromEntries(
    models.map(({ name }) => [name, `https://${fqdn}/api/v1/service/${name}/score`]),
);
