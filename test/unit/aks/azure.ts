import type { RecordingMocks } from "../../support/mocks";

export const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
/** The properties of an attached cluster. */
export const CLUSTER = {
    location: "westeurope",
    identity: { type: "SystemAssigned", principalId: "the-cluster" },
    oidcIssuerProfile: { issuerURL: "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/" },
};
export const ZONE_ID =
    "/subscriptions/zones/resourceGroups/dns/providers/Microsoft.Network/dnsZones/contoso.com";

/** The answers of Azure and Kubernetes for services with `TlsMode.Auto`. */
export const AZURE: Pick<RecordingMocks, "call" | "made"> = {
    call: token => {
        if (token.endsWith("getZone")) return { id: ZONE_ID };
        if (token.endsWith("getManagedCluster")) return CLUSTER;
        return { kubeconfigs: [{ name: "user", value: Buffer.from("kubeconfig").toString("base64") }] };
    },
    made,
};

function made(type: string, name: string): Record<string, unknown> {
    switch (type) {
        case IDENTITY:
            return { name: `${name}0123`, clientId: "the-client", principalId: "the-issuer", tenantId: "t" };
        // No server listens there.
        case "azure-native:network:PublicIPAddress":
            return { ipAddress: "127.0.0.1" };
        case "kubernetes:core/v1:Service":
            return { status: { loadBalancer: { ingress: [{ ip: "127.0.0.1" }] } } };
        case "tls:index/privateKey:PrivateKey":
            return { privateKeyPem: "the key of the placeholder\n" };
        case "tls:index/selfSignedCert:SelfSignedCert":
            return { certPem: "the placeholder\n" };
        case "azure-native:containerservice:ManagedCluster":
            return CLUSTER;
        default:
            return {};
    }
}
