import { accepted, type Case, refused } from "../case";
import { dns, ip } from "../create-certificate";
import { HOST, intermediate, leafBelow, scenario } from "../fixtures";

const named = (hostname: string, names: ReturnType<typeof dns>[], subject = "Test leaf") =>
    scenario([leafBelow(intermediate, { subject }, names), intermediate], { hostname });

/** Host names (RFC 9525). The property tests in names.test.ts compare many more names. */
export const NAME_CASES: Case[] = [
    accepted("a wildcard stands for one label", [], () => named(HOST, [dns("*.contoso.test")])),
    accepted("one of several names", [], () =>
        named(HOST, [dns("a.contoso.test"), dns(HOST), dns("b.test")]),
    ),
    accepted("upper case in the certificate", [], () => named(HOST, [dns("Score.CONTOSO.test")])),
    accepted("an IPv4 address", [], () => named("20.1.2.3", [ip("20.1.2.3")])),
    accepted("an IPv6 address", [], () => named("2001:db8::1", [ip("2001:db8::1")])),
    accepted("an international name", [], () => named("xn--bcher-kva.test", [dns("xn--bcher-kva.test")])),
    accepted("a wildcard for an international label", [], () =>
        named("xn--bcher-kva.contoso.test", [dns("*.contoso.test")]),
    ),
    refused("another name", ["name-not-covered"], () => named(HOST, [dns("other.contoso.test")])),
    refused("the name is only in the common name", ["name-not-covered"], () => named(HOST, [], HOST), {
        openssl: "uses the common name when there are no alternative names",
        node: "uses the common name when there are no alternative names",
        python: "uses the common name when there are no alternative names",
        java: "uses the common name when there are no alternative names",
    }),
    refused(
        "the name is in the common name, other names in the alternative names",
        ["name-not-covered"],
        () => named(HOST, [dns("other.test")], HOST),
    ),
    refused("a partial wildcard", ["name-not-covered"], () => named(HOST, [dns("sc*.contoso.test")]), {
        openssl: "accepts partial wildcards by default",
        node: "accepts partial wildcards",
        java: "accepts partial wildcards",
    }),
    refused("a wildcard inside of the name", ["name-not-covered"], () => named(HOST, [dns("score.*.test")]), {
        java: "accepts wildcards in any label",
    }),
    refused("a wildcard for two labels", ["name-not-covered"], () =>
        named(`a.${HOST}`, [dns("*.contoso.test")]),
    ),
    refused("a wildcard for no label", ["name-not-covered"], () =>
        named("contoso.test", [dns("*.contoso.test")]),
    ),
    refused(
        "a wildcard for a top-level domain",
        ["name-not-covered"],
        () => named("contoso.test", [dns("*.test")]),
        {
            go: "does not check for top-level domains",
            java: "uses a list of public suffixes, which contains only existing domains",
        },
    ),
    refused("an address as a DNS name", ["name-not-covered"], () => named("20.1.2.3", [dns("20.1.2.3")])),
    refused("another address", ["name-not-covered"], () => named("20.1.2.3", [ip("20.1.2.4")])),
    refused("an address in the common name only", ["name-not-covered"], () =>
        named("20.1.2.3", [], "20.1.2.3"),
    ),
];
