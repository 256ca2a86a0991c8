import type { ManagedClusterRule } from "./rule";
import { fullVersion, minorsBetween } from "../versions";

const knownVersion: ManagedClusterRule = ({ name, properties: { kubernetesVersion = "" } }) => {
    if (fullVersion(kubernetesVersion) !== undefined) return undefined;
    return {
        code: "K8sVersionNotSupported",
        message: `Managed cluster ${name} is on version ${kubernetesVersion}, which is not supported in this region. Please use [az aks get-versions] command to get the supported version list in this region.`,
    };
};

const upgradePath: ManagedClusterRule = ({ properties, previous }) => {
    const before = fullVersion(previous?.kubernetesVersion ?? "");
    const after = fullVersion(properties.kubernetesVersion ?? "");
    if (before === undefined || after === undefined) return undefined;
    const minors = minorsBetween(before, after);
    if (minors === 0 || minors === 1) return undefined;
    return {
        code: "OperationNotAllowed",
        message: `Upgrading Kubernetes version ${before} to ${after} is not allowed. Upgrade by one minor version at a time; a downgrade is not supported.`,
    };
};

const hasIdentity: ManagedClusterRule = ({ identityType, properties }) => {
    const { clientId } = properties.servicePrincipalProfile ?? {};
    const managed = identityType !== undefined && identityType.toLowerCase() !== "none";
    if (managed || (clientId !== undefined && clientId !== "msi")) return undefined;
    return {
        code: "InvalidParameter",
        message: "Required parameter servicePrincipalProfile is missing (null). Set it, or set identity.",
        target: "servicePrincipalProfile",
    };
};

/** REST API, disableLocalAccounts: "This must only be used on Managed Clusters that are AAD enabled." */
const localAccounts: ManagedClusterRule = ({ properties }) => {
    if (!properties.disableLocalAccounts || properties.aadProfile) return undefined;
    return {
        code: "BadRequest",
        message:
            "Disabling local accounts is only allowed on clusters with Microsoft Entra ID integration (aadProfile).",
        target: "disableLocalAccounts",
    };
};

const issuerStaysEnabled: ManagedClusterRule = ({ properties, previous }) => {
    if (!previous?.oidcIssuerProfile?.enabled || properties.oidcIssuerProfile?.enabled !== false) {
        return undefined;
    }
    return {
        code: "OIDCIssuerFeatureCannotBeDisabled",
        message: "The OIDC issuer feature cannot be disabled.",
        target: "oidcIssuerProfile.enabled",
    };
};

const workloadIdentity: ManagedClusterRule = ({ properties }) => {
    if (!properties.securityProfile?.workloadIdentity?.enabled || properties.oidcIssuerProfile?.enabled) {
        return undefined;
    }
    return {
        code: "BadRequest",
        message: "Workload identity requires the OIDC issuer. Set oidcIssuerProfile.enabled to true.",
        target: "securityProfile.workloadIdentity",
    };
};

export const supportRules: readonly ManagedClusterRule[] = [
    hasIdentity,
    knownVersion,
    upgradePath,
    localAccounts,
    issuerStaysEnabled,
    workloadIdentity,
];
