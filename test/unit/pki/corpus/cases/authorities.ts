import { KeyUsageFlags, id_kp_clientAuth, id_kp_serverAuth } from "@peculiar/asn1-x509";
import { accepted, type Case, refused } from "../case";
import {
    basicConstraints,
    directory,
    dns,
    extendedKeyUsage,
    ip,
    keyUsage,
    mail,
    nameConstraints,
    uri,
} from "../create-certificate";
import {
    HOST,
    intermediateBelow,
    intermediate,
    withIntermediate,
    leafBelow,
    root,
    withRoot,
    scenario,
} from "../fixtures";

const ANY = "2.5.29.37.0";
const LOWER_ORGANIZATION = { "2.5.4.10": "contoso", "2.5.4.3": HOST };

/** A chain with two intermediates, the upper of which has this path length. */
function chainWithPathLength(length: number): ReturnType<typeof scenario> {
    const upper = intermediateBelow(root, { with: [basicConstraints(true, length)] });
    const lower = intermediateBelow(upper, { subject: "Lower" });
    return scenario([leafBelow(lower), lower, upper]);
}

/** Basic constraints, usage and name constraints of issuers. */
export const AUTHORITY_CASES: Case[] = [
    refused("a server certificate as the issuer", ["issuer-not-ca"], () =>
        withIntermediate({ with: [basicConstraints(false)] }),
    ),
    refused("an issuer without basic constraints", ["issuer-not-ca"], () =>
        withIntermediate({ without: ["2.5.29.19"] }),
    ),
    refused("an issuer that may not sign certificates", ["issuer-not-ca"], () =>
        withIntermediate({ with: [keyUsage(KeyUsageFlags.cRLSign)] }),
    ),
    refused("one intermediate more than the path length allows", ["issuer-not-ca"], () =>
        chainWithPathLength(0),
    ),
    accepted("as many intermediates as the path length allows", [], () => chainWithPathLength(1)),
    refused("an intermediate of version 1", ["issuer-not-ca"], () => withIntermediate({ version: 1 })),
    accepted("a root of version 1", ["version-1-root"], () => withRoot({ version: 1 }), {
        openssl: "requires basic constraints in strict mode",
        python: "requires basic constraints in strict mode",
    }),
    refused(
        "an authority for client authentication only",
        ["authority-not-for-servers"],
        () => withIntermediate({ with: [extendedKeyUsage(id_kp_clientAuth)] }),
        { java: "checks only the extended key usage of the leaf" },
    ),
    refused(
        "an authority for any extended key usage",
        ["authority-not-for-servers"],
        () => withIntermediate({ with: [extendedKeyUsage(ANY)] }),
        {
            go: "accepts any use as server authentication",
            java: "checks only the extended key usage of the leaf",
        },
    ),
    accepted("an authority for server and client authentication", [], () =>
        withIntermediate({ with: [extendedKeyUsage(id_kp_serverAuth, id_kp_clientAuth)] }),
    ),
    accepted("a name within the permitted subtree", [], () =>
        withIntermediate({ with: [nameConstraints([dns("contoso.test")])] }),
    ),
    accepted("the permitted name itself", [], () =>
        withIntermediate({ with: [nameConstraints([dns(HOST)])] }),
    ),
    accepted("a permitted subtree with a leading dot", [], () =>
        withIntermediate({ with: [nameConstraints([dns(".contoso.test")])] }),
    ),
    refused("a name outside of the permitted subtree", ["name-not-permitted"], () =>
        withIntermediate({ with: [nameConstraints([dns("fabrikam.test")])] }),
    ),
    refused("a name that ends with the permitted name in the middle of a label", ["name-not-permitted"], () =>
        withIntermediate({ with: [nameConstraints([dns("so.test")])] }),
    ),
    refused("one of two names outside of the permitted subtree", ["name-not-permitted"], () =>
        withIntermediate({ with: [nameConstraints([dns("contoso.test")])] }, {}, [
            dns(HOST),
            dns("a.fabrikam.test"),
        ]),
    ),
    refused("a name within an excluded subtree", ["name-not-permitted"], () =>
        withIntermediate({ with: [nameConstraints([dns("test")], [dns("contoso.test")])] }),
    ),
    accepted("a name outside of the excluded subtree", [], () =>
        withIntermediate({ with: [nameConstraints([], [dns("fabrikam.test")])] }),
    ),
    accepted(
        "a wildcard that matches an excluded name",
        ["name-not-permitted"],
        () =>
            withIntermediate({ with: [nameConstraints([], [dns("secret.contoso.test")])] }, {}, [
                dns("*.contoso.test"),
            ]),
        { go: "applies exclusions to the names that a wildcard matches" },
    ),
    accepted("an address within the permitted network", [], () => ({
        ...withIntermediate({ with: [nameConstraints([ip("20.1.0.0/16")])] }, {}, [ip("20.1.2.3")]),
        hostname: "20.1.2.3",
    })),
    refused("an address outside of the permitted network", ["name-not-permitted"], () => ({
        ...withIntermediate({ with: [nameConstraints([ip("20.1.0.0/16")])] }, {}, [ip("20.2.2.3")]),
        hostname: "20.2.2.3",
    })),
    refused("an address in an excluded network", ["name-not-permitted"], () => ({
        ...withIntermediate({ with: [nameConstraints([], [ip("2001:db8::/32")])] }, {}, [ip("2001:db8::1")]),
        hostname: "2001:db8::1",
    })),
    refused("a mail address outside of the permitted host", ["name-not-permitted"], () =>
        withIntermediate({ with: [nameConstraints([mail("contoso.test")])] }, {}, [
            dns(HOST),
            mail("a@other.test"),
        ]),
    ),
    refused("a URI whose host is excluded", ["name-not-permitted"], () =>
        withIntermediate({ with: [nameConstraints([], [uri("other.test")])] }, {}, [
            dns(HOST),
            uri("https://other.test/"),
        ]),
    ),
    accepted("mail address and URI of the permitted host", [], () =>
        withIntermediate({ with: [nameConstraints([mail("contoso.test"), uri("contoso.test")])] }, {}, [
            dns(HOST),
            mail("a@contoso.test"),
            uri("https://contoso.test/x"),
        ]),
    ),
    accepted("a DNS name below an authority with permitted addresses", [], () =>
        withIntermediate({ with: [nameConstraints([ip("10.0.0.0/8")])] }),
    ),
    refused(
        "a name outside of the subtree that the root permits",
        ["name-not-permitted"],
        () => withRoot({ with: [nameConstraints([dns("fabrikam.test")])] }),
        { java: "reads only the name and the key of a root" },
    ),
    refused(
        "a subject outside of the permitted organization",
        ["name-not-permitted", "unusual-constraints"],
        () =>
            withIntermediate(
                { with: [nameConstraints([directory({ "2.5.4.10": "Fabrikam" })])] },
                { subject: LOWER_ORGANIZATION },
            ),
    ),
    accepted(
        "a subject within the permitted organization, in other case",
        ["unusual-constraints"],
        () =>
            withIntermediate(
                { with: [nameConstraints([directory({ "2.5.4.10": "Contoso" })])] },
                { subject: LOWER_ORGANIZATION },
            ),
        { go: "does not process constraints on directory names, which are critical" },
    ),
    refused(
        "a name outside of the subtree that the upper of two authorities permits",
        ["name-not-permitted"],
        () => {
            const upper = intermediateBelow(root, { with: [nameConstraints([dns("fabrikam.test")])] });
            const lower = intermediateBelow(upper, {
                subject: "Lower",
                with: [nameConstraints([dns("contoso.test")])],
            });
            return scenario([leafBelow(lower), lower, upper]);
        },
    ),
    accepted("constraints of a certificate that is not part of the chain", ["unrelated-certificate"], () => {
        const other = intermediateBelow(root, {
            subject: "Other",
            with: [nameConstraints([dns("fabrikam.test")])],
        });
        return scenario([leafBelow(intermediate), intermediate, other]);
    }),
];
