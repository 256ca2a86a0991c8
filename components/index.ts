export {
    type FrontArgs,
    type IdentityArgs,
    type LogAnalyticsArgs,
    type RegistryArgs,
    type SecureAciInferenceArgs,
} from "./aci/arguments";
export { type GpuArgs, GpuSku, type ModelArgs } from "./aci/model-arguments";
export { SecureAciInference } from "./aci/secure-aci-inference";
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
