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
} from "../create-certificate";
import {
    NAMES,
    intermediateBelow,
    intermediate,
    withIntermediate,
    leafBelow,
    withLeaf,
    root,
    withRoot,
    scenario,
} from "../fixtures";

const ANY = "2.5.29.37.0";
const MUST_STAPLE = extension("1.3.6.1.5.5.7.1.24", Buffer.from("3003020105", "hex"));
const unknownExtension = (critical: boolean) => extension("1.2.3.4", Buffer.from("0c0178", "hex"), critical);
const STRICT = {
    openssl: "runs in strict mode",
    python: "is strict since 3.13",
};

/** Key usage, extensions, and the requirements of strict clients. */
export const USAGE_CASES: Case[] = [
    refused("a leaf for client authentication only", ["no-server-auth"], () =>
        withLeaf({ with: [extendedKeyUsage(id_kp_clientAuth)] }),
    ),
    refused(
        "a leaf for any extended key usage",
        ["no-server-auth"],
        () => withLeaf({ with: [extendedKeyUsage(ANY)] }),
        {
            go: "accepts any use as server authentication",
            java: "accepts any use as server authentication",
        },
    ),
    accepted("a leaf for server and client authentication", [], () =>
        withLeaf({ with: [extendedKeyUsage(id_kp_serverAuth, id_kp_clientAuth)] }),
    ),
    refused(
        "key usage without digital signatures",
        ["no-digital-signature"],
        () => withLeaf({ with: [keyUsage(KeyUsageFlags.keyEncipherment)] }),
        {
            openssl: "accepts it for the RSA key exchange of TLS 1.2 and earlier",
            node: "accepts it for the RSA key exchange of TLS 1.2 and earlier",
            python: "accepts it for the RSA key exchange of TLS 1.2 and earlier",
            go: "does not check the key usage",
        },
    ),
    accepted("must-staple", ["must-staple"], () => withLeaf({ with: [MUST_STAPLE] })),
    refused("an unknown critical extension", ["unknown-critical-extension"], () =>
        withLeaf({ with: [unknownExtension(true)] }),
    ),
    refused("an unknown critical extension of the issuer", ["unknown-critical-extension"], () =>
        withIntermediate({ with: [unknownExtension(true)] }),
    ),
    accepted("an unknown extension", [], () => withLeaf({ with: [unknownExtension(false)] })),
    refused("a critical authority key identifier", ["unknown-critical-extension"], () =>
        withLeaf({ with: [authorityKeyId(intermediate, true)] }),
    ),
    refused("a critical subject key identifier", ["unknown-critical-extension"], () => {
        const issuer = intermediateBelow(root);
        const twin = intermediateBelow(root, { key: issuer, with: [subjectKeyId(issuer.publicKey, true)] });
        return scenario([leafBelow(twin), twin]);
    }),
    accepted(
        "no authority key identifier",
        ["missing-key-identifier"],
        () => withLeaf({ without: ["2.5.29.35"] }),
        STRICT,
    ),
    accepted(
        "an issuer without subject key identifier",
        ["missing-key-identifier"],
        () => withIntermediate({ without: ["2.5.29.14"] }),
        STRICT,
    ),
    accepted(
        "a root without subject key identifier",
        ["missing-key-identifier"],
        () => withRoot({ without: ["2.5.29.14"] }),
        STRICT,
    ),
    accepted(
        "an issuer with non-critical basic constraints",
        ["loose-authority"],
        () => withIntermediate({ with: [basicConstraints(true, undefined, false)] }),
        STRICT,
    ),
    accepted(
        "an issuer without key usage",
        ["loose-authority"],
        () => withIntermediate({ without: ["2.5.29.15"] }),
        STRICT,
    ),
    accepted(
        "a leaf that is an authority",
        ["leaf-is-authority"],
        () => withLeaf({ with: [basicConstraints(true)] }),
        {
            openssl: "requires a subject key identifier in every authority in strict mode",
            python: "requires a subject key identifier in every authority in strict mode",
        },
    ),
    accepted(
        "a leaf that may sign certificates",
        ["leaf-is-authority"],
        () => withLeaf({ with: [keyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign)] }),
        STRICT,
    ),
    accepted(
        "a leaf with a path length",
        ["leaf-is-authority"],
        () => withLeaf({ with: [basicConstraints(false, 0)] }),
        STRICT,
    ),
    accepted("an empty subject with critical names", [], () =>
        withLeaf({ subject: "", with: [alternativeNames(NAMES, true)] }),
    ),
    accepted(
        "an empty subject with names that are not critical",
        ["empty-subject"],
        () => withLeaf({ subject: "" }),
        { ...STRICT, java: "cannot read such a certificate" },
    ),
    accepted(
        "a negative serial number",
        ["bad-serial"],
        () => withLeaf({ serial: Buffer.from([0xff, 0x01]) }),
        {
            go: "cannot read negative serial numbers",
        },
    ),
    accepted("serial number zero", ["bad-serial"], () => withLeaf({ serial: Buffer.from([0]) })),
    accepted("a serial number of 21 bytes", ["bad-serial"], () =>
        withLeaf({ serial: Buffer.alloc(21, 0x41) }),
    ),
];
