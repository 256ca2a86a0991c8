import { CHILD, ENVELOPE, GROUP } from "./arm-layout";
import type { TypeMapping } from "./type-mapping";

/** Properties of `networkProfile` that cannot change after the creation of a cluster. */
const FIXED_NETWORK = [
    "serviceCidr",
    "serviceCidrs",
    "dnsServiceIP",
    "networkMode",
    "networkPlugin",
    "networkPluginMode",
    "podCidr",
    "networkDataplane",
    "networkPolicy",
    "outboundType",
];

/** Flags of the autoscaler. ARM writes them in kebab case: `scan-interval` for `scanInterval`. */
const AUTOSCALER_FLAGS = [
    "balanceSimilarNodeGroups",
    "daemonsetEvictionForEmptyNodes",
    "daemonsetEvictionForOccupiedNodes",
    "ignoreDaemonsetsUtilization",
    "maxEmptyBulkDelete",
    "maxGracefulTerminationSec",
    "maxNodeProvisionTime",
    "maxTotalUnreadyPercentage",
    "newPodScaleUpDelay",
    "okTotalUnreadyCount",
    "scaleDownDelayAfterAdd",
    "scaleDownDelayAfterDelete",
    "scaleDownDelayAfterFailure",
    "scaleDownUnneededTime",
    "scaleDownUnreadyTime",
    "scaleDownUtilizationThreshold",
    "scanInterval",
    "skipNodesWithLocalStorage",
    "skipNodesWithSystemPods",
];

const IDENTITY = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}`;

/** Types for managed clusters, identities and role assignments. */
export const clusterTypes: Record<string, TypeMapping> = {
    "containerservice:ManagedCluster": {
        path: `${GROUP}/providers/Microsoft.ContainerService/managedClusters/{resourceName}`,
        autoName: { input: "resourceName", style: "random" },
        replaceOn: [
            "diskEncryptionSetID",
            "dnsPrefix",
            "fqdnSubdomain",
            "linuxProfile",
            "location",
            "nodeResourceGroup",
            "windowsProfile",
            ...FIXED_NETWORK.map(name => `networkProfile.${name}`),
        ],
        envelopes: { "": [...ENVELOPE, "sku", "kind", "identity", "extendedLocation", "eTag"] },
        wireNames: Object.fromEntries(
            AUTOSCALER_FLAGS.map(name => [
                `autoScalerProfile.${name}`,
                name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`),
            ]),
        ),
        getter: "getManagedCluster",
    },
    "authorization:RoleAssignment": {
        path: "{+scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        autoName: { input: "roleAssignmentName", style: "uuid" },
        // azure-native sends a changed role as an update, which ARM refuses.
        replaceOn: ["principalId"],
        envelopes: { "": CHILD },
        getter: "getRoleAssignment",
    },
    "managedidentity:UserAssignedIdentity": {
        path: IDENTITY,
        autoName: { input: "resourceName", style: "random" },
        replaceOn: ["location"],
        envelopes: { "": ENVELOPE },
        getter: "getUserAssignedIdentity",
    },
    "managedidentity:FederatedIdentityCredential": {
        path: `${IDENTITY}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}`,
        autoName: { input: "federatedIdentityCredentialResourceName", style: "copy" },
        envelopes: { "": CHILD },
        getter: "getFederatedIdentityCredential",
    },
};
