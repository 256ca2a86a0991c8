/** Reads and checks certificates, private keys and PFX files. Does not depend on Pulumi. */
export { type Certificate, parseCertificate } from "./certificate";
export type { Finding } from "./finding";
export { coversHostname, normalizeHostname } from "./hostnames";
export { guard } from "./guard";
export {
    type Judgement,
    addRefusal,
    judgePresentedChain,
    judgeServingCertificate,
    judgeWithOpenssl,
} from "./judge";
export { normalizePem } from "./normalize";
export type { Refusal } from "./openssl/handshake";
export { readPfx } from "./pfx";
export { readCertificates } from "./read-certificates";
export { readPrivateKey } from "./read-private-key";
export { readRoots, trustStore } from "./roots";
export { type CertificateSummary } from "./summary";
export { decodeFile } from "./wrapping";
