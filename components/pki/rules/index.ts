import type { Rule } from "../facts";
import * as chain from "./chain";
import { keyMismatch } from "./key";
import { nameNotCovered } from "./names";
import { weakKey, weakSignature } from "./strength";
import { noDigitalSignature, noServerAuth, selfSigned } from "./usage";
import * as validity from "./validity";

/** All rules, in the order in which a person wants to read what they find. */
export const RULES: readonly Rule[] = [
    keyMismatch,
    validity.leafExpired,
    validity.leafNotYetValid,
    nameNotCovered,
    chain.chainIncomplete,
    chain.chainDisordered,
    chain.signatureInvalid,
    chain.issuerNotCa,
    validity.intermediateExpired,
    validity.intermediateNotYetValid,
    noServerAuth,
    noDigitalSignature,
    weakKey,
    weakSignature,
    chain.unknownCriticalExtension,
    chain.unrelatedCertificate,
    chain.duplicateCertificate,
    selfSigned,
    validity.expiresSoon,
    validity.longLifetime,
    chain.needlessRoot,
];
