import { KeyUsageFlags, id_kp_clientAuth, id_kp_serverAuth } from "@peculiar/asn1-x509";
import { accepted, type Case, refused } from "../case";
import {
    alternativeNames,
    authorityKeyId,
    basicConstraints,
    extendedKeyUsage,
    extension,
    keyUsage,
    subjectKeyId,
} from "../mint";
import {
    NAMES,
    below,
    intermediate,
    intermediateWith,
    leafBelow,
    leafWith,
    root,
    rootWith,
    scene,
} from "../stage";

const ANY = "2.5.29.37.0";
const MUST_STAPLE = extension("1.3.6.1.5.5.7.1.24", Buffer.from("3003020105", "hex"));
const SOMETHING = (critical: boolean) => extension("1.2.3.4", Buffer.from("0c0178", "hex"), critical);
const STRICT = {
    openssl: "is told to be strict",
    python: "is strict from 3.13 on",
};

/** What the certificate is for, and the form that strict clients insist on. */
export const USAGE_CASES: Case[] = [
    refused("for clients only", ["no-server-auth"], () =>
        leafWith({ with: [extendedKeyUsage(id_kp_clientAuth)] }),
    ),
    refused("for any use", ["no-server-auth"], () => leafWith({ with: [extendedKeyUsage(ANY)] }), {
        go: "counts any use as every use",
        java: "counts any use as every use",
    }),
    accepted("for servers and clients", [], () =>
        leafWith({ with: [extendedKeyUsage(id_kp_serverAuth, id_kp_clientAuth)] }),
    ),
    refused(
        "may encipher keys, but not sign",
        ["no-digital-signature"],
        () => leafWith({ with: [keyUsage(KeyUsageFlags.keyEncipherment)] }),
        {
            openssl: "takes it for the RSA key exchange of TLS 1.2 and before",
            node: "takes it for the RSA key exchange of TLS 1.2 and before",
            python: "takes it for the RSA key exchange of TLS 1.2 and before",
            go: "does not look at key usage",
        },
    ),
    accepted("must-staple", ["must-staple"], () => leafWith({ with: [MUST_STAPLE] })),
    refused("an unknown critical extension", ["unknown-critical-extension"], () =>
        leafWith({ with: [SOMETHING(true)] }),
    ),
    refused("an unknown critical extension of the issuer", ["unknown-critical-extension"], () =>
        intermediateWith({ with: [SOMETHING(true)] }),
    ),
    accepted("an unknown extension", [], () => leafWith({ with: [SOMETHING(false)] })),
    refused("a critical authority key identifier", ["unknown-critical-extension"], () =>
        leafWith({ with: [authorityKeyId(intermediate, true)] }),
    ),
    refused("a critical subject key identifier", ["unknown-critical-extension"], () => {
        const issuer = below(root);
        const twin = below(root, { key: issuer, with: [subjectKeyId(issuer.publicKey, true)] });
        return scene([leafBelow(twin), twin]);
    }),
    accepted(
        "no authority key identifier",
        ["missing-key-identifier"],
        () => leafWith({ without: ["2.5.29.35"] }),
        STRICT,
    ),
    accepted(
        "an issuer without subject key identifier",
        ["missing-key-identifier"],
        () => intermediateWith({ without: ["2.5.29.14"] }),
        STRICT,
    ),
    accepted(
        "a root without subject key identifier",
        ["missing-key-identifier"],
        () => rootWith({ without: ["2.5.29.14"] }),
        STRICT,
    ),
    accepted(
        "an issuer that says not critically that it is one",
        ["loose-authority"],
        () => intermediateWith({ with: [basicConstraints(true, undefined, false)] }),
        STRICT,
    ),
    accepted(
        "an issuer without key usage",
        ["loose-authority"],
        () => intermediateWith({ without: ["2.5.29.15"] }),
        STRICT,
    ),
    accepted(
        "a leaf that is an authority",
        ["leaf-is-authority"],
        () => leafWith({ with: [basicConstraints(true)] }),
        {
            openssl: "wants a subject key identifier of every authority, when strict",
            python: "wants a subject key identifier of every authority, by being strict",
        },
    ),
    accepted(
        "a leaf that may sign certificates",
        ["leaf-is-authority"],
        () => leafWith({ with: [keyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign)] }),
        STRICT,
    ),
    accepted(
        "a leaf with a path length",
        ["leaf-is-authority"],
        () => leafWith({ with: [basicConstraints(false, 0)] }),
        STRICT,
    ),
    accepted("an empty subject with critical names", [], () =>
        leafWith({ subject: "", with: [alternativeNames(NAMES, true)] }),
    ),
    accepted(
        "an empty subject with names that are not critical",
        ["empty-subject"],
        () => leafWith({ subject: "" }),
        { ...STRICT, java: "cannot read such a certificate" },
    ),
    accepted(
        "a negative serial number",
        ["bad-serial"],
        () => leafWith({ serial: Buffer.from([0xff, 0x01]) }),
        {
            go: "cannot read negative serial numbers",
        },
    ),
    accepted("serial number zero", ["bad-serial"], () => leafWith({ serial: Buffer.from([0]) })),
    accepted("a serial number of 21 bytes", ["bad-serial"], () =>
        leafWith({ serial: Buffer.alloc(21, 0x41) }),
    ),
];
