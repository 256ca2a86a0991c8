import { rootCertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgePresentedChain, readCertificates, trustStore } from "../../../components/pki";
import { DAY, type Issued, OpensslWorkspace } from "../../support/openssl";

const HOST = "score.contoso.test";
const now = new Date();
const workspace = new OpensslWorkspace();
let root: Issued;
let intermediate: Issued;
let leaf: Issued;

beforeAll(() => {
    root = workspace.root();
    intermediate = workspace.intermediate(root);
    leaf = workspace.leaf(intermediate, [`DNS:${HOST}`]);
});
afterAll(() => workspace.close());

const read = (...issued: Issued[]) =>
    readCertificates(issued.map(one => one.certificate).join("")).certificates;

function codes(presented: Issued[], trusted: Issued[], at = now): string[] {
    const { findings } = judgePresentedChain(read(...presented), HOST, at, trustStore(read(...trusted)));
    return findings.map(finding => finding.code);
}

describe("judgePresentedChain", () => {
    it("accepts a chain below a trusted root, as openssl does", () => {
        expect(codes([leaf, intermediate], [root])).toEqual([]);
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], root.certificate)).toBe("OK");
    });

    it("reports an untrusted root, as openssl does", () => {
        const unrelated = workspace.root("/CN=Unrelated");
        expect(codes([leaf, intermediate], [unrelated])).toEqual(["untrusted"]);
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], unrelated.certificate)).toMatch(
            /unable to get (local )?issuer/,
        );
    });

    it("refuses another root with the name of a trusted one, as openssl does", () => {
        const sameName = workspace.root();
        expect(codes([leaf, intermediate], [sameName])).toEqual(["untrusted"]);
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], sameName.certificate)).not.toBe(
            "OK",
        );
    });

    it("reports a missing intermediate, and no untrusted root", () => {
        expect(codes([leaf], [root])).toEqual(["chain-incomplete"]);
    });

    it("needs no intermediate when the trusted root issued the leaf", () => {
        expect(codes([workspace.leaf(root, [`DNS:${HOST}`])], [root])).toEqual([]);
    });

    it("accepts a self-signed leaf that clients trust", () => {
        const own = workspace.leaf(undefined, [`DNS:${HOST}`]);
        expect(codes([own], [own])).toEqual(["self-signed"]);
        expect(codes([own], [])).toEqual(["untrusted", "self-signed"]);
    });

    it("ignores the dates of a cross-signed certificate of a trusted root", () => {
        // As ISRG Root X1 in 2021: clients trusted it, and servers sent its cross-signed certificate, which had expired.
        const old = workspace.root("/CN=Old root");
        const crossed = workspace.intermediate(old, {
            subject: root.subject,
            keyOf: root,
            notAfter: new Date(now.getTime() + 10 * DAY),
        });
        const later = new Date(now.getTime() + 20 * DAY);
        expect(codes([leaf, intermediate, crossed], [root], later)).toEqual(["expired-cross-signed-root"]);
        expect(codes([leaf, intermediate, crossed], [old], later)).toEqual(["intermediate-expired"]);
    });

    it("returns no findings for an empty chain", () => {
        expect(judgePresentedChain([], HOST, now)).toEqual({ findings: [] });
    });
});

describe("trustStore", () => {
    it("finds each public root by its name", () => {
        const find = trustStore();
        for (const pem of rootCertificates.slice(0, 20)) {
            const [one] = readCertificates(pem).certificates;
            expect(
                find({ der: one?.subjectDer ?? "", comparable: one?.subjectName ?? "" }).map(
                    root => root.fingerprint,
                ),
            ).toContain(one?.fingerprint);
        }
    });
});
