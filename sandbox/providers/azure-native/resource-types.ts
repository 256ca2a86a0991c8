import { clusterTypes } from "./cluster-types";
import { CHILD, ENVELOPE, GROUP } from "./arm-layout";
import type { TypeMapping } from "./type-mapping";

/** The supported resource types, by module and name. */
export const resourceTypes: Record<string, TypeMapping> = {
    "resources:ResourceGroup": {
        path: GROUP,
        autoName: { input: "resourceGroupName", style: "random" },
        replaceOn: ["location"],
        envelopes: { "": [...ENVELOPE, "managedBy"] },
        getter: "getResourceGroup",
    },
    "containerinstance:ContainerGroup": {
        path: `${GROUP}/providers/Microsoft.ContainerInstance/containerGroups/{containerGroupName}`,
        autoName: { input: "containerGroupName", style: "random" },
        // azure-native sends all other changes as updates, and ARM refuses those that it does not support
        // (https://github.com/pulumi/pulumi-azure-native/issues/918).
        replaceOn: ["location"],
        envelopes: {
            "": [...ENVELOPE, "identity", "zones"],
            containers: ["name"],
            initContainers: ["name"],
            extensions: ["name"],
        },
        getter: "getContainerGroup",
    },
    "dns:Zone": {
        path: `${GROUP}/providers/Microsoft.Network/dnsZones/{zoneName}`,
        autoName: { input: "zoneName", style: "random" },
        replaceOn: ["location"],
        envelopes: { "": ENVELOPE },
        getter: "getZone",
    },
    "dns:RecordSet": {
        path: `${GROUP}/providers/Microsoft.Network/dnsZones/{zoneName}/{recordType}/{relativeRecordSetName}`,
        autoName: { input: "relativeRecordSetName", style: "copy" },
        envelopes: { "": ENVELOPE },
        wireNames: {
            aRecords: "ARecords",
            aaaaRecords: "AAAARecords",
            cnameRecord: "CNAMERecord",
            dsRecords: "DSRecords",
            mxRecords: "MXRecords",
            naptrRecords: "NAPTRRecords",
            nsRecords: "NSRecords",
            ptrRecords: "PTRRecords",
            soaRecord: "SOARecord",
            "soaRecord.minimumTtl": "minimumTTL",
            srvRecords: "SRVRecords",
            tlsaRecords: "TLSARecords",
            txtRecords: "TXTRecords",
            ttl: "TTL",
        },
        getter: "getRecordSet",
    },
    "network:PublicIPAddress": {
        path: `${GROUP}/providers/Microsoft.Network/publicIPAddresses/{publicIpAddressName}`,
        autoName: { input: "publicIpAddressName", style: "random" },
        replaceOn: ["location", "publicIPAddressVersion", "publicIPPrefix", "sku"],
        envelopes: { "": [...ENVELOPE, "sku", "zones", "extendedLocation"] },
        getter: "getPublicIPAddress",
    },
    "storage:StorageAccount": {
        path: `${GROUP}/providers/Microsoft.Storage/storageAccounts/{accountName}`,
        autoName: { input: "accountName", style: "random" },
        replaceOn: ["isHnsEnabled", "location"],
        envelopes: { "": [...ENVELOPE, "sku", "kind", "identity", "extendedLocation"] },
        wireNames: {
            enableHttpsTrafficOnly: "supportsHttpsTrafficOnly",
            enableNfsV3: "isNfsV3Enabled",
            networkRuleSet: "networkAcls",
            "networkRuleSet.ipRules.iPAddressOrRange": "value",
            "networkRuleSet.virtualNetworkRules.virtualNetworkResourceId": "id",
            "encryption.keyVaultProperties": "keyvaultproperties",
            "encryption.keyVaultProperties.keyName": "keyname",
            "encryption.keyVaultProperties.keyVaultUri": "keyvaulturi",
            "encryption.keyVaultProperties.keyVersion": "keyversion",
            "encryption.encryptionIdentity": "identity",
            "encryption.encryptionIdentity.encryptionUserAssignedIdentity": "userAssignedIdentity",
            "encryption.encryptionIdentity.encryptionFederatedIdentityClientId": "federatedIdentityClientId",
        },
        getter: "getStorageAccount",
    },
    "storage:FileShare": {
        path:
            `${GROUP}/providers/Microsoft.Storage/storageAccounts/{accountName}` +
            "/fileServices/default/shares/{shareName}",
        autoName: { input: "shareName", style: "copy" },
        replaceOn: ["enabledProtocols"],
        envelopes: { "": ["id", "name", "type", "etag"] },
        query: { expand: "$expand" },
        getter: "getFileShare",
    },
    "network:VirtualNetwork": {
        path: `${GROUP}/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}`,
        autoName: { input: "virtualNetworkName", style: "random" },
        replaceOn: ["location"],
        envelopes: { "": [...ENVELOPE, "extendedLocation"], subnets: CHILD, "subnets.delegations": CHILD },
        query: { expand: "$expand" },
        subResources: ["subnets"],
        getter: "getVirtualNetwork",
    },
    "network:Subnet": {
        path: `${GROUP}/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}`,
        autoName: { input: "subnetName", style: "copy" },
        envelopes: { "": CHILD, delegations: CHILD },
        query: { expand: "$expand" },
        getter: "getSubnet",
    },
    ...clusterTypes,
};

/** A function that sends a POST request to a resource. */
interface ActionMapping {
    /** The path, with the names of the function's arguments in braces. */
    path: string;
    query?: Record<string, string>;
}

/** The supported functions that are actions on a resource, by module and name. */
export const actions: Record<string, ActionMapping> = {
    "storage:listStorageAccountKeys": {
        path: `${GROUP}/providers/Microsoft.Storage/storageAccounts/{accountName}/listKeys`,
        query: { expand: "$expand" },
    },
    "containerservice:listManagedClusterUserCredentials": {
        path: `${GROUP}/providers/Microsoft.ContainerService/managedClusters/{resourceName}/listClusterUserCredential`,
        query: { serverFqdn: "server-fqdn", format: "format" },
    },
    "containerservice:listManagedClusterAdminCredentials": {
        path: `${GROUP}/providers/Microsoft.ContainerService/managedClusters/{resourceName}/listClusterAdminCredential`,
        query: { serverFqdn: "server-fqdn" },
    },
};
