export {
    type FrontArgs,
    type IdentityArgs,
    type LogAnalyticsArgs,
    type RegistryArgs,
    type SecureAciInferenceArgs,
} from "./aci/arguments";
export { type GpuArgs, GpuSku, type ModelArgs } from "./aci/model-arguments";
export { SecureAciInference } from "./aci/secure-aci-inference";
export { type AcmeArgs, AcmeChallenge, type ExternalAccountBindingArgs } from "./arguments/acme";
export type { DnsArgs } from "./arguments/dns";
export { Environment } from "./arguments/environment";
export type { KeysArgs } from "./arguments/keys";
export type { LimitsArgs } from "./arguments/limits";
export type { ModelContainerArgs } from "./arguments/model-container";
export type { ProbeArgs } from "./arguments/probes";
export { MinimumTlsVersion, type TlsArgs, TlsMode } from "./arguments/tls";
export type { CertificateInfo } from "./certificate/serving-certificate";
export type { DnsRecord } from "./dns/record";
export type { ScoringKeys } from "./keys/scoring-keys";
export {
    type AksAcmeArgs,
    type AksDnsArgs,
    type AksFrontArgs,
    type AksTlsArgs,
    DnsRecordType,
    type LoadBalancerArgs,
    LoadBalancerType,
    type PullSecretArgs,
    type SecureAksInferenceArgs,
} from "./aks/arguments";
export {
    type AttachedClusterArgs,
    type ClusterArgs,
    type ClusterNetworkArgs,
    ClusterPurpose,
    type NewClusterArgs,
} from "./aks/cluster-arguments";
export type { AksModelArgs, AutoscaleArgs, TolerationArgs } from "./aks/model-arguments";
export type { ModelAddress } from "./aks/names";
export { SecureAksInference } from "./aks/secure-aks-inference";
