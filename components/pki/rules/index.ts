import type { Rule } from "../facts";
import * as authority from "./authority";
import * as chain from "./chain";
import * as encoding from "./encoding";
import { keyMismatch } from "./key";
import { nameNotCovered } from "./names";
import { uncommonSignature, weakSignature } from "./signatures";
import * as strength from "./strength";
import * as strict from "./strict";
import * as trust from "./trust";
import * as usage from "./usage";
import * as validity from "./validity";

/** All rules, most important findings first. */
export const RULES: readonly Rule[] = [
    keyMismatch,
    trust.untrusted,
    validity.leafExpired,
    validity.leafNotYetValid,
    encoding.malformedTime,
    nameNotCovered,
    chain.chainIncomplete,
    chain.sameSubjectAsIssuer,
    chain.chainDisordered,
    chain.wrongIssuerFirst,
    authority.signatureInvalid,
    authority.keyIdentifierMismatch,
    authority.issuerNotCa,
    encoding.algorithmMismatch,
    encoding.malformedConstraints,
    authority.nameNotPermitted,
    authority.authorityNotForServers,
    validity.intermediateExpired,
    validity.intermediateNotYetValid,
    validity.rootExpired,
    usage.noServerAuth,
    usage.noDigitalSignature,
    strength.weakKey,
    strength.unsupportedKey,
    weakSignature,
    usage.unknownCriticalExtension,
    chain.unrelatedCertificate,
    chain.duplicateCertificate,
    usage.selfSigned,
    validity.expiredCrossSignedRoot,
    validity.expiresSoon,
    validity.issuerExpiresSoon,
    validity.longLifetime,
    usage.mustStaple,
    strength.uncommonKey,
    strength.unusualExponent,
    uncommonSignature,
    authority.unusualConstraints,
    chain.nameEncodingDiffers,
    encoding.malformedKey,
    encoding.malformedAlternativeName,
    encoding.malformedName,
    encoding.malformedExtension,
    encoding.duplicateExtension,
    encoding.versionMismatch,
    encoding.notDer,
    encoding.trailingData,
    trust.trustWithoutRoot,
    strict.missingKeyIdentifier,
    strict.looseAuthority,
    authority.version1Root,
    strict.leafIsAuthority,
    strict.emptySubject,
    strict.badSerial,
    validity.shorterNextTime,
    chain.needlessRoot,
    trust.trustNotChecked,
];
