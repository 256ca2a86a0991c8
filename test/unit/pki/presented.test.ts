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
    it("is content with a chain below a trusted root, and so is openssl", () => {
        expect(codes([leaf, intermediate], [root])).toEqual([]);
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], root.certificate)).toBe("OK");
    });

    it("says that nobody trusts the root, and so does openssl", () => {
        const stranger = workspace.root("/CN=Stranger");
        expect(codes([leaf, intermediate], [stranger])).toEqual(["untrusted"]);
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], stranger.certificate)).toMatch(
            /unable to get (local )?issuer/,
        );
    });

    it("does not take another root of the same name for the trusted one, and neither does openssl", () => {
        const impostor = workspace.root();
        expect(codes([leaf, intermediate], [impostor])).toEqual(["untrusted"]);
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], impostor.certificate)).not.toBe(
            "OK",
        );
    });

    it("says that the intermediate is missing, and not that the root is unknown", () => {
        expect(codes([leaf], [root])).toEqual(["chain-incomplete"]);
    });

    it("needs no intermediate when the trusted root issued the leaf", () => {
        expect(codes([workspace.leaf(root, [`DNS:${HOST}`])], [root])).toEqual([]);
    });

    it("trusts a self-signed leaf that clients were given", () => {
        const own = workspace.leaf(undefined, [`DNS:${HOST}`]);
        expect(codes([own], [own])).toEqual(["self-signed"]);
        expect(codes([own], [])).toEqual(["untrusted", "self-signed"]);
    });

    it("does not mind the dates of a cross-signed edition of a trusted root", () => {
        // As ISRG Root X1 was in 2021: known by itself, and sent in an edition signed by an older root, now expired.
        const old = workspace.root("/CN=Old root");
        const crossed = workspace.intermediate(old, {
            subject: root.subject,
            keyOf: root,
            notAfter: new Date(now.getTime() + 10 * DAY),
        });
        const later = new Date(now.getTime() + 20 * DAY);
        expect(codes([leaf, intermediate, crossed], [root], later)).toEqual([]);
        expect(codes([leaf, intermediate, crossed], [old], later)).toEqual(["intermediate-expired"]);
    });

    it("says nothing when nothing was presented", () => {
        expect(judgePresentedChain([], HOST, now)).toEqual({ findings: [] });
    });
});

describe("trustStore", () => {
    it("finds each public root by its name", () => {
        const find = trustStore();
        for (const pem of rootCertificates.slice(0, 20)) {
            const [one] = readCertificates(pem).certificates;
            expect(find(one?.subjectDer ?? "").map(root => root.fingerprint)).toContain(one?.fingerprint);
        }
    });
});
