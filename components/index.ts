export {
    type FrontArgs,
    type IdentityArgs,
    type LogAnalyticsArgs,
    type RegistryArgs,
    type SecureAciInferenceArgs,
} from "./aci/arguments";
export { AccessLog } from "./front";
export { type GpuArgs, GpuSku, type ModelArgs } from "./aci/model-arguments";
export { SecureAciInference } from "./aci/secure-aci-inference";
export { type AcmeArgs, AcmeChallenge, type ExternalAccountBindingArgs } from "./certificate/acme-arguments";
export type { DnsArgs } from "./dns/arguments";
export { Environment } from "./shared/environment";
export type { KeysArgs } from "./keys/arguments";
export type { LimitsArgs } from "./model/request-limits";
export type { ModelContainerArgs } from "./model/container";
export type { ProbeArgs } from "./model/probes";
export { MinimumTlsVersion, type TlsArgs, TlsMode } from "./certificate/tls-arguments";
export type { CertificateInfo } from "./certificate/certificate-info";
export type { DeployedImage, DeployedImages } from "./images/deployed-images";
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
export type { ModelAddress, ModelUris } from "./aks/model-addresses";
export { SecureAksInference } from "./aks/secure-aks-inference";
