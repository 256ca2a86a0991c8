export { type Certificate, parseCertificate } from "./certificate";
export type { Finding, Severity } from "./finding";
export { canonicalName, coversHostname } from "./hostnames";
export {
    type JudgeOptions,
    type Judgement,
    type ServingCertificate,
    judgePresentedChain,
    judgeServingCertificate,
} from "./judge";
export { normalizePem } from "./normalize";
export { type PfxReading, readPfx } from "./pfx";
export { type CertificateReading, readCertificates } from "./read-certificates";
export { type PrivateKeyReading, readPrivateKey } from "./read-private-key";
export { type TrustStore, readRoots, trustStore } from "./roots";
export { type CertificateSummary, summarize } from "./summary";
