import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Certificate, coversHostname, readCertificates } from "../../../components/pki";
import { OpensslWorkspace } from "../../support/openssl";
import { runs } from "../../../sandbox/testing/full";

const workspace = new OpensslWorkspace();
const NAMES = [
    "DNS:a.contoso.test",
    "DNS:*.contoso.test",
    "DNS:*.xn--bcher-kva.test",
    "DNS:*.com",
    "DNS:b*.part.test",
];
const ADDRESSES = ["IP:20.1.2.3", "IP:2001:db8::1"];
let certificate: Certificate;
let nodeCertificate: X509Certificate;

beforeAll(() => {
    const { certificate: pem } = workspace.leaf(undefined, [...NAMES, ...ADDRESSES], {
        subject: "/CN=only.common.test",
    });
    certificate = readCertificates(pem).certificates[0] as Certificate;
    nodeCertificate = new X509Certificate(pem);
});
afterAll(() => workspace.close());

const coversInOpenssl = (name: string) =>
    nodeCertificate.checkHost(name, { subject: "never", partialWildcards: false }) !== undefined;

describe("coversHostname", () => {
    it.each([
        ["a.contoso.test", true],
        ["A.Contoso.Test", true],
        ["other.contoso.test", true],
        ["xn--e1aybc.contoso.test", true],
        ["deep.other.contoso.test", false],
        ["contoso.test", false],
        [".contoso.test", false],
        ["anything.com", false],
        ["bar.part.test", false],
        ["only.common.test", false],
        ["x.xn--bcher-kva.test", true],
    ])("returns for %j the same as OpenSSL: %s", (name, covered) => {
        expect(coversHostname(certificate, name)).toBe(covered);
        // OpenSSL treats a leading dot as "any number of labels".
        if (!name.startsWith(".")) expect(coversInOpenssl(name)).toBe(covered);
    });

    it.each([
        ["x.bücher.test", true],
        ["x.B\u00dcCHER.test", true],
        ["a.contoso.test.", true],
        ["20.1.2.3", true],
        ["20.1.2.4", false],
        ["2001:db8::1", true],
        ["2001:0DB8:0:0::1", true],
        ["2001:db8::2", false],
        ["", false],
        ["https://a.contoso.test", false],
        ["a b.contoso.test", false],
    ])("returns for %j: %s", (name, covered) => {
        expect(coversHostname(certificate, name)).toBe(covered);
    });

    it("returns the same as OpenSSL for random names", () => {
        const label = fc.constantFrom(
            "a",
            "b",
            "bar",
            "contoso",
            "test",
            "com",
            "xn--bcher-kva",
            "part",
            "*",
            "-x",
        );
        fc.assert(
            fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), labels => {
                const name = labels.join(".");
                // A host name with a wildcard is invalid. OpenSSL compares its characters without a check.
                fc.pre(!name.includes("*"));
                expect(coversHostname(certificate, name)).toBe(coversInOpenssl(name));
            }),
            { numRuns: runs(200, 1_000) },
        );
    });
});
