export {
    type DnsArgs,
    Environment,
    type FrontArgs,
    type IdentityArgs,
    type KeysArgs,
    type LimitsArgs,
    type LogAnalyticsArgs,
    MinimumTlsVersion,
    type RegistryArgs,
    type SecureAciInferenceArgs,
    type TlsArgs,
    TlsMode,
} from "./aci/arguments";
export { type GpuArgs, GpuSku, type ModelArgs, type ProbeArgs } from "./aci/model-arguments";
export type { ScoringKeys } from "./aci/scoring-keys";
export { SecureAciInference } from "./aci/secure-aci-inference";
export type { CertificateInfo } from "./certificate/serving-certificate";
export type { DnsRecord } from "./dns/record";
