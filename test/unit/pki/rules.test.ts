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
    const serving = { certificate, privateKey: key ?? chain[0]?.key ?? "", hostnames };
    const { findings, summary } = judgeServingCertificate(serving, at);
    // These tests give no trusted roots.
    return { findings: findings.filter(one => one.code !== "trust-not-checked"), summary };
}
const codes = (judgement: Judgement) => judgement.findings.map(finding => finding.code);

describe("judgeServingCertificate", () => {
    it("returns no findings for a valid chain, which openssl accepts", () => {
        expect(judge({ chain: [leaf, intermediate] }).findings).toEqual([]);
        const verdict = workspace.verify(
            leaf.certificate,
            [intermediate.certificate],
            root.certificate,
            ...["-verify_hostname", HOST],
        );
        expect(verdict).toBe("OK");
    });

    it("returns the same summary of the leaf as openssl", () => {
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

    it.each<[string, string, () => Case]>([
        [
            "key-mismatch",
            "the key of another certificate",
            () => ({ chain: [leaf, intermediate], key: workspace.leaf(root, NAMES).key }),
        ],
        [
            "leaf-expired",
            "an expired leaf",
            () => ({ chain: [shortLivedLeaf(), intermediate], at: new Date(now.getTime() + 31 * DAY) }),
        ],
        [
            "leaf-not-yet-valid",
            "a leaf that is not valid yet",
            () => ({ chain: [leaf, intermediate], at: new Date(now.getTime() - 50 * DAY) }),
        ],
        [
            "name-not-covered",
            "a host name that the leaf does not cover",
            () => ({ chain: [leaf, intermediate], hostnames: [HOST, "other.test"] }),
        ],
        [
            "name-not-covered",
            "a leaf without a subject alternative name",
            () => ({ chain: [leafWithoutAlternativeNames(), intermediate] }),
        ],
        ["chain-incomplete", "a leaf without its intermediate", () => ({ chain: [leaf] })],
        [
            "chain-disordered",
            "an intermediate before the leaf",
            () => ({ chain: [intermediate, leaf], key: leaf.key }),
        ],
        ["chain-disordered", "a chain of three certificates in reverse order", reversedChain],
        [
            "signature-invalid",
            "an intermediate of the same name with another key",
            () => ({ chain: [leaf, workspace.intermediate(root)] }),
        ],
        [
            "issuer-not-ca",
            "an issuer that is not an authority",
            () => chainWithIssuerExtensions(["basicConstraints=critical,CA:FALSE"]),
        ],
        [
            "issuer-not-ca",
            "an issuer that may not sign certificates",
            () => chainWithIssuerExtensions([CA, "keyUsage=critical,digitalSignature"]),
        ],
        ["issuer-not-ca", "a chain that exceeds the path length", () => chainBeyondPathLength()],
        [
            "intermediate-expired",
            "an expired intermediate",
            () => ({ ...chainWithShortLivedIntermediate(), at: new Date(now.getTime() + 31 * DAY) }),
        ],
        [
            "intermediate-not-yet-valid",
            "an intermediate that is not valid yet",
            () => chainWithFutureIntermediate(),
        ],
        [
            "no-server-auth",
            "a leaf for client authentication only",
            () => chainWithLeafExtensions(["extendedKeyUsage=clientAuth"]),
        ],
        [
            "no-digital-signature",
            "a leaf that may not sign",
            () => chainWithLeafExtensions(["keyUsage=critical,keyEncipherment"]),
        ],
        ["weak-key", "a leaf with RSA 1024", () => chainWithLeaf({ key: rsaKey(1024) })],
        ["weak-key", "a leaf with a key on P-192", () => chainWithLeaf({ key: ecKey("prime192v1") })],
        ["weak-signature", "a leaf signed with SHA-1", () => chainWithLeaf({ digest: "sha1" })],
        ["weak-signature", "a leaf signed with MD5", () => chainWithMd5Signature()],
        [
            "unknown-critical-extension",
            "a leaf with an unknown critical extension",
            () => chainWithLeafExtensions(["1.2.3.4=critical,ASN1:UTF8String:x"]),
        ],
        [
            "unrelated-certificate",
            "an unrelated certificate at the end",
            () => ({ chain: [leaf, intermediate, workspace.root("/CN=Unrelated")] }),
        ],
        [
            "duplicate-certificate",
            "the same intermediate twice",
            () => ({ chain: [leaf, intermediate, intermediate] }),
        ],
        ["self-signed", "a self-signed leaf", () => ({ chain: [workspace.leaf(undefined, NAMES)] })],
        [
            "expires-soon",
            "a leaf that expires in 14 days",
            () => ({ chain: [leaf, intermediate], at: new Date(now.getTime() + 75 * DAY) }),
        ],
        [
            "long-lifetime",
            "a leaf that is valid for more than 825 days",
            () => chainWithLeaf({ notAfter: new Date(now.getTime() + 826 * DAY) }),
        ],
        ["needless-root", "the root at the end", () => ({ chain: [leaf, intermediate, root] })],
    ])("returns only %s for %s", (code, _, make) => {
        const judgement = judge(make());
        expect(codes(judgement)).toEqual([code]);
        expect(judgement.summary).toBeDefined();
        for (const { message, advice } of judgement.findings) {
            expect(message).toMatch(/^[A-Z].*\.$/);
            expect(advice).toMatch(/^[A-Z].*\.$/);
        }
    });

    it("returns all errors, the most important first", () => {
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

    it("accepts a leaf that a private root issued, with that root in the file", () => {
        const direct = workspace.leaf(root, NAMES);
        expect(codes(judge({ chain: [direct, root] }))).toEqual([]);
    });

    it.each([
        ["RSA 2048", rsaKey(2048)],
        ["P-384", ecKey("P-384")],
    ])("accepts a leaf with a key of type %s", (_, key) => {
        expect(codes(judge(chainWithLeaf({ key })))).toEqual([]);
    });

    it("judges the certificate when the key cannot be read", () => {
        const judgement = judge({ chain: [leaf], key: "nothing" });
        expect(codes(judgement)).toEqual(["no-key", "chain-incomplete"]);
    });

    it("accepts a certificate at notBefore and at notAfter", () => {
        const { summary } = judge({ chain: [leaf, intermediate] });
        const first = judge({ chain: [leaf, intermediate], at: new Date(summary?.notBefore ?? 0) });
        expect(codes(first)).toEqual([]);
        const last = judge({ chain: [leaf, intermediate], at: new Date(summary?.notAfter ?? 0) });
        expect(codes(last)).toEqual(["expires-soon"]);
    });

    it("never includes the private key in a finding", () => {
        const lines = leaf.key.split("\n").filter(line => line && !line.startsWith("-----"));
        const output = JSON.stringify([
            judge({ chain: [intermediate], key: leaf.key }),
            judge({ chain: [leaf], key: leaf.key.replace("-----END", "-----") }),
            judgeServingCertificate({ certificate: leaf.key, privateKey: leaf.key, hostnames: [HOST] }, now),
        ]);
        for (const line of lines) expect(output).not.toContain(line);
        // The loop above checks nothing when the key has no lines.
        expect(lines.length).toBeGreaterThan(1);
        expect(createPrivateKey(leaf.key).type).toBe("private");
    });

    describe("compared with openssl verify", () => {
        it.each<[string, string, () => Case, string[], RegExp]>([
            [
                "leaf-expired",
                "an expired leaf",
                () => ({ chain: [leaf, intermediate] }),
                ["-attime", secondsAfter(100)],
                /has expired/,
            ],
            [
                "leaf-not-yet-valid",
                "a leaf that is not valid yet",
                () => ({ chain: [leaf, intermediate] }),
                ["-attime", secondsAfter(-50)],
                /not yet/,
            ],
            [
                "chain-incomplete",
                "a leaf without its intermediate",
                () => ({ chain: [leaf] }),
                [],
                /unable to get local issuer/,
            ],
            [
                "issuer-not-ca",
                "an issuer that is not an authority",
                () => chainWithIssuerExtensions(["basicConstraints=critical,CA:FALSE"]),
                [],
                /invalid CA/,
            ],
            [
                "issuer-not-ca",
                "a chain that exceeds the path length",
                () => chainBeyondPathLength(),
                [],
                /path length/,
            ],
            [
                "no-server-auth",
                "a leaf for client authentication only",
                () => chainWithLeafExtensions(["extendedKeyUsage=clientAuth"]),
                [],
                /unsuit/,
            ],
            [
                "name-not-covered",
                "a host name that the leaf does not cover",
                () => ({ chain: [leaf, intermediate] }),
                ["-verify_hostname", "a.b"],
                /mismatch/,
            ],
            [
                "unknown-critical-extension",
                "a leaf with an unknown critical extension",
                () => chainWithLeafExtensions(["1.2.3.4=critical,ASN1:UTF8String:x"]),
                [],
                /unhandled critical/,
            ],
        ])("returns %s for %s, which openssl refuses", (code, _, make, args, verdict) => {
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

/** The time so many days from now, in seconds since 1970. */
const secondsAfter = (days: number) => String(Math.floor(now.getTime() / 1000) + days * 24 * 60 * 60);

const shortLivedLeaf = () =>
    workspace.leaf(intermediate, NAMES, { notAfter: new Date(now.getTime() + 30 * DAY) });

const leafWithoutAlternativeNames = () => workspace.leaf(intermediate, [], { subject: `/CN=${HOST}` });

const chainWithLeaf = (options: Parameters<OpensslWorkspace["leaf"]>[2]): Case => ({
    chain: [workspace.leaf(intermediate, NAMES, options), intermediate],
});

/** A chain whose leaf has these extensions. They replace the default extensions of the same type. */
function chainWithLeafExtensions(changed: string[]): Case {
    const names = changed.map(line => line.split("=")[0]);
    const kept = leafExtensions(...NAMES).filter(line => !names.includes(line.split("=")[0]));
    return chainWithLeaf({ extensions: [...kept, ...changed] });
}

/** The issuer has an RSA key, because X.509 has no signature algorithm of ECDSA with MD5. */
function chainWithMd5Signature(): Case {
    const issuer = workspace.intermediate(root, { key: rsaKey(2048) });
    return { chain: [workspace.leaf(issuer, NAMES, { digest: "md5" }), issuer] };
}

function chainWithIssuerExtensions(extensions: string[]): Case {
    const issuer = workspace.intermediate(root, { extensions });
    return { chain: [workspace.leaf(issuer, NAMES), issuer] };
}

/** A chain of three certificates in reverse order. */
function reversedChain(): Case {
    const lower = workspace.intermediate(intermediate, { subject: "/CN=Lower" });
    const end = workspace.leaf(lower, NAMES);
    return { chain: [intermediate, lower, end], key: end.key };
}

function chainBeyondPathLength(): Case {
    const upper = workspace.intermediate(root, {
        extensions: [`${CA},pathlen:0`, ...CA_EXTENSIONS.slice(1)],
    });
    const lower = workspace.intermediate(upper, { subject: "/CN=Lower" });
    return { chain: [workspace.leaf(lower, NAMES), lower, upper] };
}

function chainWithShortLivedIntermediate(): Case {
    const issuer = workspace.intermediate(root, { notAfter: new Date(now.getTime() + 30 * DAY) });
    return { chain: [workspace.leaf(issuer, NAMES), issuer] };
}

function chainWithFutureIntermediate(): Case {
    const issuer = workspace.intermediate(root, { notBefore: new Date(now.getTime() + 5 * DAY) });
    return { chain: [workspace.leaf(issuer, NAMES), issuer] };
}
