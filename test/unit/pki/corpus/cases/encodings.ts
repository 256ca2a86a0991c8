import { type Node, allNodes, children, parseTree, signTree } from "../../der-tree";
import { accepted, type Case, refused, type Scenario } from "../case";
import {
    type TestCertificate,
    certificatePem,
    dns,
    extension,
    fromPem,
    ip,
    mail,
    nameConstraints,
    uri,
} from "../create-certificate";
import {
    HOST,
    RSA_KEYS,
    intermediate,
    intermediateBelow,
    leafBelow,
    root,
    scenario,
    withLeaf,
} from "../fixtures";

const GO = { go: "cannot read such a certificate" };
const GO_AND_JAVA = { ...GO, java: "cannot read such a certificate" };

/** Changes the structure of a certificate and signs it again. */
function edited(
    certificate: TestCertificate,
    edit: (tree: Node) => void,
    issuer: TestCertificate = intermediate,
): TestCertificate {
    const tree = parseTree(fromPem(certificate.pem));
    edit(tree);
    if (!issuer.privateKey) throw new Error("The issuer has no private key.");
    return { ...certificate, pem: certificatePem(signTree(tree, issuer.privateKey)) };
}

/** A chain whose leaf has another structure. */
function withEdited(
    edit: (tree: Node) => void,
    options: Parameters<typeof leafBelow>[1] = {},
    names = [dns(HOST)],
): Scenario {
    return scenario([edited(leafBelow(intermediate, options, names), edit), intermediate]);
}

/** The element of the signed part at this place: version, serial number, algorithm, issuer, validity, subject, key, extensions. */
function part(tree: Node, place: number): Node {
    const found = children(children(tree)[0] as Node)[place];
    if (!found) throw new Error(`There is no element ${place}.`);
    return found;
}

const TIMES = 4;
const SUBJECT = 5;
const KEY = 6;
const EXTENSIONS = 7;

const notAfter = (tag: number, text: string) =>
    withEdited(tree => (children(part(tree, TIMES))[1] = { tag, value: Buffer.from(text) }));

/** Replaces the bytes of the first element with this tag inside of a part. */
function setFirst(tree: Node, place: number, tag: number, value: Buffer): void {
    const found = allNodes(part(tree, place)).find(one => one.tag === tag);
    if (!found) throw new Error(`There is no element with the tag ${tag}.`);
    found.value = value;
}

const unknown = extension("1.2.3.4", Buffer.from("0c0178", "hex"));
const policies = (hex: string) => extension("2.5.29.32", Buffer.from(hex, "hex"));
const nextYear = String(new Date().getUTCFullYear() + 1);

/** Encodings that strict parsers refuse (DER and RFC 5280). */
export const ENCODING_CASES: Case[] = [
    refused(
        "a time with fractions of a second",
        ["malformed-time"],
        () => notAfter(0x18, `${nextYear}0101000000.357Z`),
        { java: "reads times in other forms" },
    ),
    refused(
        "a time without seconds",
        ["malformed-time"],
        () => notAfter(0x17, `${nextYear.slice(2)}01010000Z`),
        { go: "reads times in other forms", java: "reads times in other forms" },
    ),
    refused(
        "a time that is not in UTC",
        ["malformed-time"],
        () => notAfter(0x17, `${nextYear.slice(2)}0101000000+0100`),
        { go: "reads times in other forms", java: "reads times in other forms" },
    ),
    refused(
        "a constraint on addresses without a mask, with other names",
        ["malformed-constraints"],
        () => {
            const issuer = edited(
                intermediateBelow(root, { with: [nameConstraints([ip("10.0.0.0/8")])] }),
                tree => setFirst(tree, EXTENSIONS, 0x87, Buffer.from([10, 0, 0, 0])),
                root,
            );
            return scenario([leafBelow(issuer), issuer]);
        },
        {
            openssl: "reads constraints only for names of their form",
            node: "reads constraints only for names of their form",
            python: "reads constraints only for names of their form",
            java: "reads constraints only for names of their form",
        },
    ),
    accepted(
        "a constraint on addresses whose mask is not a prefix",
        ["malformed-constraints"],
        () => {
            const issuer = edited(
                intermediateBelow(root, { with: [nameConstraints([ip("10.0.0.0/8")])] }),
                tree => setFirst(tree, EXTENSIONS, 0x87, Buffer.from([10, 0, 0, 0, 255, 0, 255, 0])),
                root,
            );
            return scenario([leafBelow(issuer), issuer]);
        },
        GO,
    ),
    refused("two signature algorithms", ["algorithm-mismatch"], () =>
        withEdited(
            tree =>
                (children(part(tree, 2))[0] = { tag: 0x06, value: Buffer.from("2a8648ce3d040303", "hex") }),
        ),
    ),
    accepted(
        "an RSA key without NULL parameters",
        ["malformed-key"],
        () => withEdited(tree => children(children(part(tree, KEY))[0] as Node).pop(), { key: RSA_KEYS }),
        GO,
    ),
    accepted(
        "an international name in Unicode beside the one in ASCII",
        ["malformed-alternative-name"],
        () =>
            withEdited(tree => setFirst(tree, EXTENSIONS, 0x82, Buffer.from("bücher.test")), {}, [
                dns("x"),
                dns(HOST),
            ]),
        GO,
    ),
    accepted("a name with a dot at the end", ["malformed-alternative-name"], () =>
        withLeaf({}, [dns(`${HOST}.`), dns(HOST)]),
    ),
    accepted("two names in one", ["malformed-alternative-name"], () =>
        withLeaf({}, [dns("a.test b.test"), dns(HOST)]),
    ),
    accepted(
        "an address of five bytes",
        ["malformed-alternative-name"],
        () =>
            withEdited(tree => setFirst(tree, EXTENSIONS, 0x87, Buffer.alloc(5)), {}, [
                ip("20.1.2.3"),
                dns(HOST),
            ]),
        GO_AND_JAVA,
    ),
    accepted(
        "a PrintableString with an at sign",
        ["malformed-name"],
        () =>
            withEdited(tree => {
                const value = allNodes(part(tree, SUBJECT)).find(one => one.tag === 0x0c) as Node;
                Object.assign(value, { tag: 0x13, value: Buffer.from("a@b") });
            }),
        GO,
    ),
    accepted(
        "a policy more than once",
        ["malformed-extension"],
        () => withLeaf({ with: [policies("3010300606042a030405300606042a030405")] }),
        GO,
    ),
    accepted(
        "an unknown extension twice",
        ["duplicate-extension"],
        () =>
            withEdited(
                tree =>
                    children(children(part(tree, EXTENSIONS))[0] as Node).push(
                        children(children(part(tree, EXTENSIONS))[0] as Node).at(-1) as Node,
                    ),
                { with: [unknown] },
            ),
        GO_AND_JAVA,
    ),
    refused("an extension that clients process twice", ["duplicate-extension"], () =>
        withEdited(tree => {
            const list = children(children(part(tree, EXTENSIONS))[0] as Node);
            list.push(list[0] as Node);
        }),
    ),
    accepted(
        "a BOOLEAN that is not 00 or FF",
        ["not-der"],
        () => withEdited(tree => setFirst(tree, EXTENSIONS, 0x01, Buffer.from([1]))),
        GO,
    ),
    accepted(
        "a length that is longer than necessary",
        ["not-der"],
        () => withEdited(tree => (part(tree, TIMES).length = length => Buffer.from([0x81, length]))),
        GO,
    ),
    refused(
        "version 2 with extensions",
        ["version-mismatch"],
        () => withEdited(tree => setFirst(tree, 0, 0x02, Buffer.from([1]))),
        { node: "does not compare the version" },
    ),
    accepted(
        "bytes after the certificate",
        ["trailing-data"],
        () => {
            const leaf = leafBelow(intermediate);
            const pem = certificatePem(Buffer.concat([fromPem(leaf.pem), Buffer.from([0])]));
            return scenario([{ ...leaf, pem }, intermediate]);
        },
        {
            ...GO,
            java: "cannot read such a file",
            node: "does not load such a file in a server",
            python: "does not load such a file in a server",
        },
    ),
    accepted("a name with every form of names", [], () =>
        withLeaf({}, [
            dns(HOST),
            ip("20.1.2.3"),
            ip("2001:db8::1"),
            mail("a@contoso.test"),
            uri("https://contoso.test/x?y=z"),
        ]),
    ),
    accepted("bytes of a name in a type of X.520 that few use", [], () =>
        withEdited(tree => {
            const value = allNodes(part(tree, SUBJECT)).find(one => one.tag === 0x0c) as Node;
            Object.assign(value, { tag: 0x1e, value: Buffer.from("00410042", "hex") });
        }),
    ),
];
