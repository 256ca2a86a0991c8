import { createPrivateKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Judgement, judgeServingCertificate } from "../../../components/pki";
import {
    CA_EXTENSIONS,
    DAY,
    type Issued,
    OpensslWorkspace,
    ecKey,
    leafExtensions,
    rsaKey,
} from "../../support/openssl";

const HOST = "score.contoso.test";
const NAMES = [`DNS:${HOST}`];
const now = new Date();
const workspace = new OpensslWorkspace();
let root: Issued;
let intermediate: Issued;
let leaf: Issued;

beforeAll(() => {
    const authority = {
        notBefore: new Date(now.getTime() - 400 * DAY),
        notAfter: new Date(now.getTime() + 3000 * DAY),
    };
    root = workspace.root(undefined, authority);
    intermediate = workspace.intermediate(root, authority);
    leaf = workspace.leaf(intermediate, NAMES);
});
afterAll(() => workspace.close());

interface Case {
    chain: Issued[];
    key?: string;
    hostnames?: string[];
    at?: Date;
}

function judge({ chain, key, hostnames = [HOST], at = now }: Case): Judgement {
    const certificate = chain.map(one => one.certificate).join("");
    return judgeServingCertificate({ certificate, privateKey: key ?? chain[0]?.key ?? "", hostnames }, at);
}
const codes = (judgement: Judgement) => judgement.findings.map(finding => finding.code);

describe("judgeServingCertificate", () => {
    it("has nothing to say about a good chain, nor has openssl", () => {
        expect(judge({ chain: [leaf, intermediate] }).findings).toEqual([]);
        const verdict = workspace.verify(
            leaf.certificate,
            [intermediate.certificate],
            root.certificate,
            ...["-verify_hostname", HOST],
        );
        expect(verdict).toBe("OK");
    });

    it("sums up the leaf as openssl prints it", () => {
        const { summary } = judge({ chain: [leaf, intermediate] });
        const file = leaf.certificateFile;
        const printed = workspace.run("x509", "-in", file, "-noout", "-fingerprint", "-sha256", "-dates");
        expect(printed).toContain(`Fingerprint=${summary?.fingerprint}\n`);
        const [, notAfter = ""] = /notAfter=(.*)/.exec(printed) ?? [];
        expect(summary).toMatchObject({
            subject: "CN=Test leaf",
            issuer: "CN=Test intermediate",
            names: [HOST],
            notAfter: new Date(notAfter).toISOString(),
        });
    });

    it.each<[string, () => Case]>([
        ["key-mismatch", () => ({ chain: [leaf, intermediate], key: workspace.leaf(root, NAMES).key })],
        ["leaf-expired", () => ({ chain: [short(), intermediate], at: new Date(now.getTime() + 31 * DAY) })],
        [
            "leaf-not-yet-valid",
            () => ({ chain: [leaf, intermediate], at: new Date(now.getTime() - 50 * DAY) }),
        ],
        ["name-not-covered", () => ({ chain: [leaf, intermediate], hostnames: [HOST, "other.test"] })],
        ["name-not-covered", () => ({ chain: [onlyCommonName(), intermediate] })],
        ["chain-incomplete", () => ({ chain: [leaf] })],
        ["chain-disordered", () => ({ chain: [intermediate, leaf], key: leaf.key })],
        [
            "chain-disordered",
            () => ({ chain: [...longChain(), intermediate].reverse(), key: leafOfLong.key }),
        ],
        ["signature-invalid", () => ({ chain: [leaf, workspace.intermediate(root)] })],
        ["issuer-not-ca", () => chainOver(["basicConstraints=critical,CA:FALSE"])],
        ["issuer-not-ca", () => chainOver([CA, "keyUsage=critical,digitalSignature"])],
        ["issuer-not-ca", () => tooLong()],
        ["intermediate-expired", () => ({ ...shortIntermediate(), at: new Date(now.getTime() + 31 * DAY) })],
        ["intermediate-not-yet-valid", () => lateIntermediate()],
        ["no-server-auth", () => leafWith(["extendedKeyUsage=clientAuth"])],
        ["no-digital-signature", () => leafWith(["keyUsage=critical,keyEncipherment"])],
        ["weak-key", () => leafLike({ key: rsaKey(1024) })],
        ["weak-key", () => leafLike({ key: ecKey("prime192v1") })],
        ["weak-signature", () => leafLike({ digest: "sha1" })],
        ["weak-signature", () => signedWithMd5()],
        ["unknown-critical-extension", () => leafWith(["1.2.3.4=critical,ASN1:UTF8String:x"])],
        ["unrelated-certificate", () => ({ chain: [leaf, intermediate, workspace.root("/CN=Stranger")] })],
        ["duplicate-certificate", () => ({ chain: [leaf, intermediate, intermediate] })],
        ["self-signed", () => ({ chain: [workspace.leaf(undefined, NAMES)] })],
        ["expires-soon", () => ({ chain: [leaf, intermediate], at: new Date(now.getTime() + 75 * DAY) })],
        ["long-lifetime", () => leafLike({ notAfter: new Date(now.getTime() + 826 * DAY) })],
        ["needless-root", () => ({ chain: [leaf, intermediate, root] })],
    ])("says %s, and nothing else", (code, make) => {
        const judgement = judge(make());
        expect(codes(judgement)).toEqual([code]);
        expect(judgement.summary).toBeDefined();
        for (const { message, advice } of judgement.findings) {
            expect(message).toMatch(/^[A-Z].*\.$/);
            expect(advice).toMatch(/^[A-Z].*\.$/);
        }
    });

    it("says all problems at once, the most important first", () => {
        const judgement = judge({
            chain: [leaf],
            key: intermediate.key,
            hostnames: ["other.test"],
            at: new Date(now.getTime() + 100 * DAY),
        });
        expect(codes(judgement)).toEqual([
            ...["key-mismatch", "leaf-expired", "name-not-covered", "chain-incomplete"],
        ]);
    });

    it("takes a leaf that a private root issued directly, with that root beside it", () => {
        const direct = workspace.leaf(root, NAMES);
        expect(codes(judge({ chain: [direct, root] }))).toEqual([]);
    });

    it.each([
        ["RSA 2048", rsaKey(2048)],
        ["P-384", ecKey("P-384")],
    ])("takes a leaf with a key of type %s", (_, key) => {
        expect(codes(judge(leafLike({ key })))).toEqual([]);
    });

    it("still judges the certificate when the key cannot be read", () => {
        const judgement = judge({ chain: [leaf], key: "nothing" });
        expect(codes(judgement)).toEqual(["no-key", "chain-incomplete"]);
    });

    it("counts both ends of the validity in", () => {
        const { summary } = judge({ chain: [leaf, intermediate] });
        const first = judge({ chain: [leaf, intermediate], at: new Date(summary?.notBefore ?? 0) });
        expect(codes(first)).toEqual([]);
        const last = judge({ chain: [leaf, intermediate], at: new Date(summary?.notAfter ?? 0) });
        expect(codes(last)).toEqual(["expires-soon"]);
    });

    it("never repeats the key", () => {
        const lines = leaf.key.split("\n").filter(line => line && !line.startsWith("-----"));
        const said = JSON.stringify([
            judge({ chain: [intermediate], key: leaf.key }),
            judge({ chain: [leaf], key: leaf.key.replace("-----END", "-----") }),
            judgeServingCertificate({ certificate: leaf.key, privateKey: leaf.key, hostnames: [HOST] }, now),
        ]);
        for (const line of lines) expect(said).not.toContain(line);
        // The test would be worth nothing with a key that has no lines.
        expect(lines.length).toBeGreaterThan(1);
        expect(createPrivateKey(leaf.key).type).toBe("private");
    });

    describe("agrees with openssl verify", () => {
        it.each<[string, () => Case, string[], RegExp]>([
            ["leaf-expired", () => ({ chain: [leaf, intermediate] }), ["-attime", at(100)], /has expired/],
            ["leaf-not-yet-valid", () => ({ chain: [leaf, intermediate] }), ["-attime", at(-50)], /not yet/],
            ["chain-incomplete", () => ({ chain: [leaf] }), [], /unable to get local issuer/],
            ["issuer-not-ca", () => chainOver(["basicConstraints=critical,CA:FALSE"]), [], /invalid CA/],
            ["issuer-not-ca", () => tooLong(), [], /path length/],
            ["no-server-auth", () => leafWith(["extendedKeyUsage=clientAuth"]), [], /unsuit/],
            [
                "name-not-covered",
                () => ({ chain: [leaf, intermediate] }),
                ["-verify_hostname", "a.b"],
                /mismatch/,
            ],
            [
                "unknown-critical-extension",
                () => leafWith(["1.2.3.4=critical,ASN1:UTF8String:x"]),
                [],
                /unhandled critical/,
            ],
        ])("that %s is refused", (code, make, args, verdict) => {
            const { chain } = make();
            const [first, ...rest] = chain.map(one => one.certificate);
            const time = args[0] === "-attime" ? new Date(Number(args[1]) * 1000) : now;
            const hostnames = args[0] === "-verify_hostname" ? ["a.b"] : [HOST];
            expect(codes(judge({ chain, hostnames, at: time }))).toContain(code);
            expect(workspace.verify(first ?? "", rest, root.certificate, ...args)).toMatch(verdict);
        });
    });
});

const CA = "basicConstraints=critical,CA:TRUE";
let leafOfLong: Issued;

const at = (days: number) => String(Math.floor(now.getTime() / 1000) + days * 24 * 60 * 60);

const short = () => workspace.leaf(intermediate, NAMES, { notAfter: new Date(now.getTime() + 30 * DAY) });

const onlyCommonName = () => workspace.leaf(intermediate, [], { subject: `/CN=${HOST}` });

const leafLike = (order: Parameters<OpensslWorkspace["leaf"]>[2]): Case => ({
    chain: [workspace.leaf(intermediate, NAMES, order), intermediate],
});

/** A leaf whose extensions of the same name are replaced. */
function leafWith(changed: string[]): Case {
    const names = changed.map(line => line.split("=")[0]);
    const kept = leafExtensions(...NAMES).filter(line => !names.includes(line.split("=")[0]));
    return leafLike({ extensions: [...kept, ...changed] });
}

/** There is no MD5 for elliptic curves. */
function signedWithMd5(): Case {
    const issuer = workspace.intermediate(root, { key: rsaKey(2048) });
    return { chain: [workspace.leaf(issuer, NAMES, { digest: "md5" }), issuer] };
}

function chainOver(extensions: string[]): Case {
    const issuer = workspace.intermediate(root, { extensions });
    return { chain: [workspace.leaf(issuer, NAMES), issuer] };
}

/** Leaf and lower intermediate below the common one. */
function longChain(): Issued[] {
    const lower = workspace.intermediate(intermediate, { subject: "/CN=Lower" });
    leafOfLong = workspace.leaf(lower, NAMES);
    return [leafOfLong, lower];
}

function tooLong(): Case {
    const upper = workspace.intermediate(root, {
        extensions: [`${CA},pathlen:0`, ...CA_EXTENSIONS.slice(1)],
    });
    const lower = workspace.intermediate(upper, { subject: "/CN=Lower" });
    return { chain: [workspace.leaf(lower, NAMES), lower, upper] };
}

function shortIntermediate(): Case {
    const issuer = workspace.intermediate(root, { notAfter: new Date(now.getTime() + 30 * DAY) });
    return { chain: [workspace.leaf(issuer, NAMES), issuer] };
}

function lateIntermediate(): Case {
    const issuer = workspace.intermediate(root, { notBefore: new Date(now.getTime() + 5 * DAY) });
    return { chain: [workspace.leaf(issuer, NAMES), issuer] };
}
