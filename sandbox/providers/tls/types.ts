import "reflect-metadata"; // Must be imported before the certificate library.
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { LocalType } from "../local/local-resource";
import type { Properties, Value } from "../protocol/values";
import { allowedUses, renewalTime, signCertificate } from "./certificate";
import { ALLOWED_USES } from "./key-usages";
import { alternativeNames, subjectName } from "./names";
import { keyAlgorithm, oneOf, privateKey } from "./private-key";
import { signingKey } from "./signing-key";

/**
 * The supported types of @pulumi/tls.
 * @param now the clock for validity and renewal
 */
export function tlsTypes(now: () => Date): Record<string, LocalType> {
    return {
        "tls:index/privateKey:PrivateKey": privateKey,
        "tls:index/certRequest:CertRequest": certificateRequest,
        "tls:index/selfSignedCert:SelfSignedCert": selfSignedCertificate(now),
        "tls:index/locallySignedCert:LocallySignedCert": locallySignedCertificate(now),
    };
}

const certificateRequest: LocalType = {
    required: ["privateKeyPem"],
    defaults: {},
    computed: ["certRequestPem", "keyAlgorithm"],
    secrets: ["privateKeyPem"],
    create: async inputs => {
        const pem = text(inputs.privateKeyPem);
        const { keys, algorithm } = await signingKey(pem);
        const names = alternativeNames(inputs);
        const request = await x509.Pkcs10CertificateRequestGenerator.create({
            name: subjectName(inputs.subject),
            keys,
            signingAlgorithm: algorithm,
            extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
        });
        const certRequestPem = `${request.toString("pem")}\n`;
        const id = createHash("sha1").update(certRequestPem).digest("hex");
        return { id, computed: { certRequestPem, keyAlgorithm: keyAlgorithm(pem) } };
    },
};

/**
 * The common properties of both types of certificate.
 *
 * Renewal: the real provider wraps terraform-provider-tls, which checks the clock at each plan (ModifyPlan). From
 * `earlyRenewalHours` before the end, it marks `ready_for_renewal` as unknown and requires a replacement; a refresh sets
 * it to `true`. A test of the wrapped version (857b38cda3fc for @pulumi/tls 5), called in the same way as the wrapper
 * calls it, confirms that no refresh is needed. According to its source, the wrapper passes planned replacements to the
 * engine (pulumi-terraform-bridge, pkg/pf/tfbridge/provider_diff.go: replaceKeys); this was not tested. An issue that
 * reports the opposite (https://github.com/pulumi/pulumi-tls/issues/39) is from 2020, before the wrapper used the plugin
 * framework.
 */
function certificateType(
    now: () => Date,
): Pick<LocalType, "defaults" | "updatable" | "problems" | "timeDependent" | "replacementDue"> {
    const isDue = (outputs: Properties, earlyRenewalHours: Properties[string] | undefined): boolean => {
        const from = renewalTime(outputs, earlyRenewalHours);
        return from !== undefined && from <= now();
    };
    return {
        defaults: { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false },
        updatable: ["earlyRenewalHours"],
        problems: inputs =>
            allowedUses(inputs.allowedUses).flatMap(use => oneOf("allowedUses", use, ALLOWED_USES)),
        timeDependent: outputs => ({ readyForRenewal: isDue(outputs, outputs.earlyRenewalHours) }),
        replacementDue: (outputs, news) =>
            isDue(outputs, news.earlyRenewalHours) ? "readyForRenewal" : undefined,
    };
}

/** The object identifier of the extension (RFC 5280, 4.2.1.6). */
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

const CERTIFICATE_OUTPUTS = ["certPem", "validityStartTime", "validityEndTime", "readyForRenewal"];

function selfSignedCertificate(now: () => Date): LocalType {
    const common = certificateType(now);
    return {
        ...common,
        defaults: { ...common.defaults, setAuthorityKeyId: false },
        required: ["privateKeyPem", "validityPeriodHours", "allowedUses"],
        computed: [...CERTIFICATE_OUTPUTS, "keyAlgorithm"],
        secrets: ["privateKeyPem"],
        create: async inputs => {
            const pem = text(inputs.privateKeyPem);
            const subject = new x509.Name(subjectName(inputs.subject));
            if (inputs.isCaCertificate === true && inputs.subject === undefined) {
                throw new Error(
                    "Must contain at least one Distinguished Name when creating Certificate Authority (CA)",
                );
            }
            const signer = await signingKey(pem);
            const publicKey = new x509.PublicKey(spki(pem));
            const ownKeyId = await x509.SubjectKeyIdentifierExtension.create(publicKey);
            const parts = {
                subject,
                issuer: subject,
                signer,
                publicKey,
                alternativeNames: alternativeNames(inputs),
                ...(inputs.setAuthorityKeyId === true && { authorityKeyId: ownKeyId.keyId }),
            };
            const { id, outputs } = await signCertificate(inputs, parts, now());
            return { id, computed: { ...outputs, keyAlgorithm: keyAlgorithm(pem) } };
        },
    };
}

function locallySignedCertificate(now: () => Date): LocalType {
    return {
        ...certificateType(now),
        required: ["certRequestPem", "caPrivateKeyPem", "caCertPem", "validityPeriodHours", "allowedUses"],
        computed: [...CERTIFICATE_OUTPUTS, "caKeyAlgorithm"],
        secrets: ["caPrivateKeyPem"],
        create: async inputs => {
            const authorityPem = text(inputs.caPrivateKeyPem);
            const authority = new x509.X509Certificate(text(inputs.caCertPem));
            const request = new x509.Pkcs10CertificateRequest(text(inputs.certRequestPem));
            if (!(await request.verify()))
                throw new Error(
                    "certRequestPem: the signature of the request is invalid. Create a new request.",
                );
            const requested = request.getExtension(SUBJECT_ALTERNATIVE_NAME);
            const names =
                requested && new x509.SubjectAlternativeNameExtension(requested.rawData).names.toJSON();
            const authorityKeyId = authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
            const parts = {
                subject: request.subjectName,
                issuer: authority.subjectName,
                signer: await signingKey(authorityPem),
                publicKey: request.publicKey,
                alternativeNames: names ?? [],
                ...(authorityKeyId && { authorityKeyId }),
            };
            const { id, outputs } = await signCertificate(inputs, parts, now());
            return { id, computed: { ...outputs, caKeyAlgorithm: keyAlgorithm(authorityPem) } };
        },
    };
}

/** The public key of a private key, in the encoding that certificates contain (SubjectPublicKeyInfo). */
function spki(privateKeyPem: string): ArrayBuffer {
    const der = createPublicKey(createPrivateKey(privateKeyPem)).export({ type: "spki", format: "der" });
    return new Uint8Array(der).buffer;
}

/** Returns an input that must be a string. */
function text(value: Value | undefined): string {
    if (typeof value !== "string")
        throw new Error("An input that must be a string with PEM is not a string.");
    return value;
}
