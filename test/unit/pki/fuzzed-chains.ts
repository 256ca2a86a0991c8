import { generateKeyPairSync } from "node:crypto";
import * as asn1 from "@peculiar/asn1-x509";
import {
    type TestCertificate,
    authorityKeyIdWithSerial,
    dns,
    ecKeys,
    extension,
    ip,
    mail,
    rsaKeys,
    uri,
} from "./corpus/create-certificate";
import { HOST, intermediateBelow, leafBelow, testRoot } from "./corpus/fixtures";

/** A valid chain with the root at its end, for mutations. */
interface FuzzedChain {
    certificates: TestCertificate[];
    hostname: string;
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const der = (oid: string, value: string, critical = false) => extension(oid, hex(value), critical);

/** Extensions of public certificates: policies, places of the issuer and of revocation lists. */
const COMMON = [
    der("2.5.29.32", "300a3008060667810c010202"),
    extension(
        "1.3.6.1.5.5.7.1.1",
        new asn1.AuthorityInfoAccessSyntax([
            new asn1.AccessDescription({
                accessMethod: "1.3.6.1.5.5.7.48.2",
                accessLocation: uri("http://ca.contoso.test/ca.cer"),
            }),
        ]),
    ),
    extension(
        "2.5.29.31",
        new asn1.CRLDistributionPoints([
            new asn1.DistributionPoint({
                distributionPoint: new asn1.DistributionPointName({
                    fullName: [uri("http://ca.contoso.test/ca.crl")],
                }),
            }),
        ]),
    ),
];

/** Chains with keys of each common type, and with every extension that clients process. */
export function fuzzedChains(): FuzzedChain[] {
    const subject = { "2.5.4.6": "DE", "2.5.4.10": "Contoso & Co", "2.5.4.3": "Test" };
    const names = [
        dns(HOST),
        dns("*.contoso.test"),
        ip("20.1.2.3"),
        ip("2001:db8::1"),
        mail("a@contoso.test"),
        uri("https://contoso.test/path"),
    ];
    const root = testRoot({ subject: { ...subject, "2.5.4.3": "Root" } });
    const constrained = intermediateBelow(root, {
        subject: { ...subject, "2.5.4.3": "Issuer" },
        with: [...COMMON, extension("2.5.29.30", CONSTRAINTS, true), der("2.5.29.36", "3003800105", true)],
    });
    const plain = intermediateBelow(root, { key: rsaKeys() });
    const rsaRoot = testRoot({ key: rsaKeys() });
    return [
        {
            certificates: [
                leafBelow(
                    constrained,
                    { subject, with: [...COMMON, authorityKeyIdWithSerial(constrained, root)] },
                    names,
                ),
                constrained,
                root,
            ],
            hostname: HOST,
        },
        { certificates: [leafBelow(plain, { key: rsaKeys() }), plain, root], hostname: HOST },
        {
            certificates: [leafBelow(rsaRoot, { key: ecKeys("P-384") }, [...names].reverse()), rsaRoot],
            hostname: "20.1.2.3",
        },
        { certificates: [leafBelow(root, { key: generateKeyPairSync("ed25519") }), root], hostname: HOST },
    ];
}

const subtree = (tag: number, value: Buffer): Buffer => sequence(0x30, sequence(tag, value));
function sequence(tag: number, ...parts: Buffer[]): Buffer {
    const contents = Buffer.concat(parts);
    const length = contents.length < 0x80 ? [contents.length] : [0x81, contents.length];
    return Buffer.concat([Buffer.from([tag, ...length]), contents]);
}

/** Permits contoso.test for names, mail and URIs, 20.0.0.0/8 and 2001:db8::/32; excludes other.test. */
const CONSTRAINTS = sequence(
    0x30,
    sequence(
        0xa0,
        subtree(0x82, Buffer.from("contoso.test")),
        subtree(0x81, Buffer.from("contoso.test")),
        subtree(0x86, Buffer.from("contoso.test")),
        subtree(0x87, hex("14000000ff000000")),
        subtree(0x87, hex(`20010db8${"00".repeat(12)}ffffffff${"00".repeat(12)}`)),
    ),
    sequence(0xa1, subtree(0x82, Buffer.from("other.test"))),
);
