import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type TlsArgs, TlsMode } from "../../../components";
import { readArguments as readAci } from "../../../components/aci/settings";
import { readArguments as readAks } from "../../../components/aks/settings";
import { customCertificate } from "../../../components/certificate/custom-certificate";
import { ArgumentsError } from "../../../components/shared/argument-check";
import { settled } from "../../support/mocks";
import { type Issued, OpensslWorkspace, leafExtensions } from "../../support/openssl";
import { ignoreUnhandledRejections } from "../../support/unhandled-rejections";

const HOST = "score.contoso.test";
const NOW = new Date();
const workspace = new OpensslWorkspace();
let root: Issued;
let other: Issued;
let intermediate: Issued;
let leaf: Issued;

beforeAll(() => {
    root = workspace.root();
    other = workspace.root("/CN=Other root");
    intermediate = workspace.intermediate(root);
    leaf = workspace.leaf(intermediate, [`DNS:${HOST}`]);
});
afterAll(() => workspace.close());

const common = { resourceGroupName: "group", location: "westeurope" };
const cluster = { attach: { resourceGroupName: "ml", clusterName: "shared" } };
const READERS: [string, (tls: TlsArgs) => unknown][] = [
    ["Container Instances", tls => readAci("iris", { ...common, model: { image: "iris:1" }, tls }, NOW)],
    [
        "Kubernetes",
        tls => readAks("models", { ...common, cluster, models: { iris: { image: "iris:1" } }, tls }, NOW),
    ],
];

const served = (one = leaf) => ({
    certificate: one.certificate + intermediate.certificate,
    privateKey: one.key,
});
const custom = (trustedRoots: string): TlsArgs => ({
    mode: TlsMode.Custom,
    hostname: HOST,
    ...served(),
    trustedRoots,
});

describe.each(READERS)("tls.trustedRoots on %s", (_, read) => {
    const problems = (tls: TlsArgs): Record<string, string> => {
        try {
            read(tls);
            return {};
        } catch (error) {
            if (!(error instanceof ArgumentsError)) throw error;
            return Object.fromEntries(error.errors.map(one => [one.propertyPath, one.reason]));
        }
    };

    it("accepts a chain that ends at one of them, as openssl does", () => {
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], root.certificate)).toBe("OK");
        expect(problems(custom(other.certificate + root.certificate))).toEqual({});
    });

    it("refuses at preview a chain that ends at another root, as openssl does", () => {
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], other.certificate)).not.toBe(
            "OK",
        );
        expect(problems(custom(other.certificate))).toEqual({
            "tls.certificate": expect.stringMatching(
                /^untrusted: .*the chain ends at CN=Test root/,
            ) as string,
        });
    });

    it("must be PEM certificates", () => {
        expect(problems(custom("roots.pem"))).toEqual({
            "tls.trustedRoots": expect.stringMatching(
                /Set it to the PEM certificates of the roots/,
            ) as string,
        });
    });

    it.each([TlsMode.Auto, TlsMode.SelfSigned, TlsMode.Disabled])("conflict with the mode %s", mode => {
        expect(problems({ mode, hostname: HOST, trustedRoots: root.certificate })).toMatchObject({
            "tls.trustedRoots": `conflicts with tls.mode ${mode}; remove it, or set tls.mode to Custom`,
        });
    });
});

describe("the certificate for the front", () => {
    ignoreUnhandledRejections();
    const resource = undefined as unknown as pulumi.Resource;
    const check = async (one: Issued, trustedRoots?: string) => {
        const seen: pulumi.InputPropertyErrorDetails[] = [];
        const info = vi.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
        try {
            const { pem } = customCertificate(
                { ...served(one), trustedRoots, hostnames: [HOST] },
                NOW,
                problems => {
                    seen.push(...problems);
                    return new Error("refused");
                },
                resource,
            );
            await settled(pem).catch(() => undefined);
            return { problems: seen, lines: info.mock.calls.map(([line]) => line) };
        } finally {
            info.mockRestore();
        }
    };

    it("says at preview where the chain ends and what clients must have, unless the roots are known", async () => {
        const { problems, lines } = await check(leaf);
        expect(problems).toEqual([]);
        expect(lines).toEqual([
            expect.stringMatching(
                /^tls\.certificate: trust-not-checked: .*ends at CN=Test intermediate, which CN=Test root issued\. Clients must have the root CN=Test root;/,
            ),
        ]);
        expect(await check(leaf, root.certificate)).toEqual({ problems: [], lines: [] });
    });

    it("is refused at preview when OpenSSL refuses it for a reason without a rule", async () => {
        const extensions = [...leafExtensions(`DNS:${HOST}`), "nsCertType=client"];
        const { problems } = await check(workspace.leaf(intermediate, [], { extensions }));
        expect(problems).toEqual([
            {
                propertyPath: "tls.certificate",
                reason: expect.stringMatching(
                    /^refused-by-openssl: .*unsuitable certificate purpose/,
                ) as string,
            },
        ]);
    });
});
