import { KeyUsageFlags, id_kp_clientAuth, id_kp_serverAuth } from "@peculiar/asn1-x509";
import { accepted, type Case, refused } from "../case";
import { basicConstraints, directory, dns, extendedKeyUsage, ip, keyUsage, nameConstraints } from "../mint";
import { HOST, below, intermediate, intermediateWith, leafBelow, root, rootWith, scene } from "../stage";

const ANY = "2.5.29.37.0";
const LOWER_ORGANIZATION = { "2.5.4.10": "contoso", "2.5.4.3": HOST };

function pathOf(limit: number): ReturnType<typeof scene> {
    const upper = below(root, { with: [basicConstraints(true, limit)] });
    const lower = below(upper, { subject: "Lower" });
    return scene([leafBelow(lower), lower, upper]);
}

/** What an issuer must be, and may do. */
export const AUTHORITY_CASES: Case[] = [
    refused("a server's certificate issued it", ["issuer-not-ca"], () =>
        intermediateWith({ with: [basicConstraints(false)] }),
    ),
    refused("an issuer without basic constraints", ["issuer-not-ca"], () =>
        intermediateWith({ without: ["2.5.29.19"] }),
    ),
    refused("an issuer that may not sign certificates", ["issuer-not-ca"], () =>
        intermediateWith({ with: [keyUsage(KeyUsageFlags.cRLSign)] }),
    ),
    refused("one intermediate more than is allowed", ["issuer-not-ca"], () => pathOf(0)),
    accepted("as many intermediates as are allowed", [], () => pathOf(1)),
    refused("an intermediate of version 1", ["issuer-not-ca"], () => intermediateWith({ version: 1 })),
    accepted("a root of version 1", ["version-1-root"], () => rootWith({ version: 1 }), {
        openssl: "wants to be told that it is an authority, when strict",
        python: "wants to be told that it is an authority, by being strict",
    }),
    refused(
        "an authority for clients only",
        ["authority-not-for-servers"],
        () => intermediateWith({ with: [extendedKeyUsage(id_kp_clientAuth)] }),
        { java: "looks at the extended key usage of the leaf only" },
    ),
    refused(
        "an authority for any use",
        ["authority-not-for-servers"],
        () => intermediateWith({ with: [extendedKeyUsage(ANY)] }),
        { go: "counts any use as every use", java: "looks at the extended key usage of the leaf only" },
    ),
    accepted("an authority for servers and others", [], () =>
        intermediateWith({ with: [extendedKeyUsage(id_kp_serverAuth, id_kp_clientAuth)] }),
    ),
    accepted("names within what is permitted", [], () =>
        intermediateWith({ with: [nameConstraints([dns("contoso.test")])] }),
    ),
    accepted("exactly the name that is permitted", [], () =>
        intermediateWith({ with: [nameConstraints([dns(HOST)])] }),
    ),
    accepted("permitted below a dot", [], () =>
        intermediateWith({ with: [nameConstraints([dns(".contoso.test")])] }),
    ),
    refused("a name outside of what is permitted", ["name-not-permitted"], () =>
        intermediateWith({ with: [nameConstraints([dns("fabrikam.test")])] }),
    ),
    refused("a name that ends like one that is permitted", ["name-not-permitted"], () =>
        intermediateWith({ with: [nameConstraints([dns("so.test")])] }),
    ),
    refused("one name of two outside of what is permitted", ["name-not-permitted"], () =>
        intermediateWith({ with: [nameConstraints([dns("contoso.test")])] }, {}, [
            dns(HOST),
            dns("a.fabrikam.test"),
        ]),
    ),
    refused("a name that is excluded", ["name-not-permitted"], () =>
        intermediateWith({ with: [nameConstraints([dns("test")], [dns("contoso.test")])] }),
    ),
    accepted("another name is excluded", [], () =>
        intermediateWith({ with: [nameConstraints([], [dns("fabrikam.test")])] }),
    ),
    accepted(
        "a wildcard that reaches an excluded name",
        ["name-not-permitted"],
        () =>
            intermediateWith({ with: [nameConstraints([], [dns("secret.contoso.test")])] }, {}, [
                dns("*.contoso.test"),
            ]),
        { go: "applies exclusions to what a wildcard stands for" },
    ),
    accepted("an address within the permitted network", [], () => ({
        ...intermediateWith({ with: [nameConstraints([ip("20.1.0.0/16")])] }, {}, [ip("20.1.2.3")]),
        hostname: "20.1.2.3",
    })),
    refused("an address outside of the permitted network", ["name-not-permitted"], () => ({
        ...intermediateWith({ with: [nameConstraints([ip("20.1.0.0/16")])] }, {}, [ip("20.2.2.3")]),
        hostname: "20.2.2.3",
    })),
    refused("an address in an excluded network", ["name-not-permitted"], () => ({
        ...intermediateWith({ with: [nameConstraints([], [ip("2001:db8::/32")])] }, {}, [ip("2001:db8::1")]),
        hostname: "2001:db8::1",
    })),
    accepted("permitted addresses say nothing of DNS names", [], () =>
        intermediateWith({ with: [nameConstraints([ip("10.0.0.0/8")])] }),
    ),
    refused(
        "the root's constraints reach two certificates down",
        ["name-not-permitted"],
        () => rootWith({ with: [nameConstraints([dns("fabrikam.test")])] }),
        { java: "reads nothing but name and key of a root" },
    ),
    refused(
        "a subject outside of the permitted organization",
        ["name-not-permitted", "unusual-constraints"],
        () =>
            intermediateWith(
                { with: [nameConstraints([directory({ "2.5.4.10": "Fabrikam" })])] },
                { subject: LOWER_ORGANIZATION },
            ),
    ),
    accepted(
        "a subject within the permitted organization, in other case",
        ["unusual-constraints"],
        () =>
            intermediateWith(
                { with: [nameConstraints([directory({ "2.5.4.10": "Contoso" })])] },
                { subject: LOWER_ORGANIZATION },
            ),
        { go: "does not process constraints on directory names, which are critical" },
    ),
    refused("a name outside of what the upper of two authorities permits", ["name-not-permitted"], () => {
        const upper = below(root, { with: [nameConstraints([dns("fabrikam.test")])] });
        const lower = below(upper, { subject: "Lower", with: [nameConstraints([dns("contoso.test")])] });
        return scene([leafBelow(lower), lower, upper]);
    }),
    accepted("constraints of a certificate that is not of the chain", ["unrelated-certificate"], () => {
        const other = below(root, { subject: "Other", with: [nameConstraints([dns("fabrikam.test")])] });
        return scene([leafBelow(intermediate), intermediate, other]);
    }),
];
