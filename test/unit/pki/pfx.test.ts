import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readPfx } from "../../../components/pki";
import { runs } from "../../../sandbox/testing/full";
import { ecKey, rsaKey } from "../../support/openssl";
import {
    type Bag,
    buildPfx,
    certificateBag,
    nestedBag,
    secretBag,
    shroudedKeyBag,
    toBer,
} from "../../support/pfx-workspace";
import {
    PASS,
    PASSWORD,
    certificateDer,
    chainPem,
    encryptedKeyDer,
    intermediate,
    leaf,
    root,
    workspace,
} from "./pfx-fixtures";

afterAll(() => workspace.close());

const codes = (reading: { findings: { code: string }[] }) => reading.findings.map(finding => finding.code);

describe("readPfx", () => {
    it.each<[string, string[], string | undefined]>([
        ["the default algorithms of OpenSSL 3 (AES-256, SHA-256)", PASS, PASSWORD],
        [
            "the default algorithms of OpenSSL 1 and old versions of Windows (RC2-40, 3DES, SHA-1)",
            ["-legacy", ...PASS],
            PASSWORD,
        ],
        [
            "RC2-128 and two-key 3DES",
            ["-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-2DES", ...PASS],
            PASSWORD,
        ],
        [
            "AES-128 with SHA-1",
            ["-certpbe", "AES-128-CBC", "-keypbe", "AES-128-CBC", "-macalg", "sha1", ...PASS],
            PASSWORD,
        ],
        [
            "AES-192 with SHA-384",
            ["-certpbe", "AES-192-CBC", "-keypbe", "AES-192-CBC", "-macalg", "sha384", ...PASS],
            PASSWORD,
        ],
        ["3DES in PBES2 with SHA-512", ["-keypbe", "DES-EDE3-CBC", "-macalg", "sha512", ...PASS], PASSWORD],
        ["a key derivation with one iteration", ["-iter", "1", "-nomaciter", ...PASS], PASSWORD],
        ["an integrity check with SHA-224", ["-macalg", "sha224", ...PASS], PASSWORD],
        ["600,000 iterations, as in files of Firefox", ["-iter", "600000", ...PASS], PASSWORD],
        ["a file without integrity check", ["-nomac", ...PASS], PASSWORD],
        ["an encrypted key and unencrypted certificates", ["-certpbe", "NONE", ...PASS], PASSWORD],
        ["an unencrypted key and encrypted certificates", ["-keypbe", "NONE", ...PASS], PASSWORD],
        [
            "a file without encryption",
            ["-keypbe", "NONE", "-certpbe", "NONE", "-nomac", "-passout", "pass:"],
            undefined,
        ],
        ["a file with the empty password, without a given password", ["-passout", "pass:"], undefined],
        ["a file with the empty password, which is given", ["-passout", "pass:"], ""],
        [
            "a file with the empty password and legacy algorithms, without a given password",
            ["-legacy", "-passout", "pass:"],
            undefined,
        ],
        ["a password with characters outside of ASCII", ["-passout", "pass:gräßlich 漢"], "gräßlich 漢"],
        [
            "a password with characters outside of ASCII, with legacy algorithms",
            ["-legacy", "-passout", "pass:gräßlich 漢"],
            "gräßlich 漢",
        ],
        ["friendly names and key identifiers", ["-name", "score", "-caname", "middle", ...PASS], PASSWORD],
    ])("reads %s", (_, args, password) => {
        const reading = readPfx(workspace.export(leaf, [intermediate], ...args), password);
        expect(reading).toEqual({ certificate: chainPem, privateKey: leaf.key, findings: [] });
    });

    it.each<[string, string[]]>([
        ["RSA", rsaKey(2048)],
        ["P-384", ecKey("P-384")],
        ["Ed25519", ["-algorithm", "ED25519"]],
    ])("reads keys of type %s", (_, key) => {
        const other = workspace.leaf(root, ["DNS:other.contoso.test"], { key });
        const reading = readPfx(workspace.export(other, [], ...PASS), PASSWORD);
        expect(reading).toEqual({ certificate: other.certificate, privateKey: other.key, findings: [] });
    });

    it("orders the chain and omits the root, which Windows always adds", () => {
        const pfx = workspace.export(leaf, [root, intermediate], ...PASS);
        expect(readPfx(pfx, PASSWORD)).toEqual({ certificate: chainPem, privateKey: leaf.key, findings: [] });
    });

    it("keeps the root when it issued the leaf", () => {
        const direct = workspace.leaf(root, ["DNS:direct.contoso.test"]);
        const { certificate } = readPfx(workspace.export(direct, [root], ...PASS), PASSWORD);
        expect(certificate).toBe(direct.certificate + root.certificate);
    });

    it("keeps a self-signed certificate", () => {
        const own = workspace.leaf(undefined, ["DNS:own.contoso.test"]);
        expect(readPfx(workspace.export(own, [], ...PASS), PASSWORD).certificate).toBe(own.certificate);
    });

    it("selects the leaf by the key, and reports unrelated certificates", () => {
        const other = workspace.leaf(root, ["DNS:other.contoso.test"], { subject: "/CN=Another leaf" });
        const reading = readPfx(workspace.export(leaf, [other, intermediate], ...PASS), PASSWORD);
        expect(reading.certificate).toBe(chainPem);
        expect(codes(reading)).toEqual(["pfx-stray-certificates"]);
        expect(reading.findings[0]?.message).toContain("CN=Another leaf");
    });

    it("reads Base64 with and without line ends", () => {
        const pfx = workspace.export(leaf, [intermediate], ...PASS);
        const lines = pfx.toString("base64").replace(/.{64}/g, "$&\r\n");
        for (const text of [pfx.toString("base64"), `${lines}\r\n`]) {
            expect(readPfx(text, PASSWORD).certificate).toBe(chainPem);
        }
    });

    it("reads BER of indefinite length", () => {
        const pfx = toBer(workspace.export(leaf, [intermediate], ...PASS));
        expect(workspace.printContents(pfx, PASSWORD)).toContain(leaf.certificate);
        expect(readPfx(pfx, PASSWORD)).toEqual({ certificate: chainPem, privateKey: leaf.key, findings: [] });
    });

    it("accepts bags in any order and grouping, and ignores other bags", () => {
        const all: Bag[] = [
            ...[leaf, intermediate, root].map(one => certificateBag(certificateDer(one), one.subject)),
            shroudedKeyBag(encryptedKeyDer(leaf), "score"),
            certificateBag(certificateDer(intermediate)),
            secretBag(),
        ];
        const order = fc.shuffledSubarray(all, { minLength: all.length });
        const arrangement = fc.tuple(order, fc.nat({ max: all.length }), fc.boolean(), fc.boolean());
        fc.assert(
            fc.property(arrangement, ([bags, at, nested, mac]) => {
                const second = nested ? [nestedBag(...bags.slice(at))] : bags.slice(at);
                const pfx = buildPfx([bags.slice(0, at), second], mac ? { password: PASSWORD } : undefined);
                const reading = readPfx(pfx, PASSWORD);
                expect(reading).toEqual({ certificate: chainPem, privateKey: leaf.key, findings: [] });
            }),
            { numRuns: runs(20, 60) },
        );
    });
});
