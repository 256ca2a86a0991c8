import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { SecureAciInference, SecureAksInference, type TlsArgs, TlsMode } from "../../../components";
import { readArguments as readAci } from "../../../components/aci/settings";
import { readArguments as readAks } from "../../../components/aks/settings";
import { ArgumentsError } from "../../../components/shared/argument-check";
import { customCertificate } from "../../../components/certificate/custom-certificate";
import type { Issued } from "../../support/openssl";
import { settled } from "../../support/mocks";
import { PfxWorkspace, buildPfx, certificateBag, keyBag } from "../../support/pfx-workspace";

const PASSWORD = "correct horse";
const PASS = ["-iter", "1", "-passout", `pass:${PASSWORD}`];
const HOST = "score.contoso.test";
const NOW = new Date();

const workspace = new PfxWorkspace();
let root: Issued;
let intermediate: Issued;
let leaf: Issued;
let good: string;

interface Registered {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}
let registered: Registered[];

const mocks = () =>
    pulumi.runtime.setMocks(
        {
            call: () => ({
                location: "northeurope",
                identity: { type: "SystemAssigned", principalId: "the-cluster" },
                kubeconfigs: [{ name: "user", value: Buffer.from("kubeconfig").toString("base64") }],
            }),
            newResource: ({ type, name, inputs }) => {
                registered.push({ type, name, inputs: inputs as Record<string, unknown> });
                const state = {
                    ...(type.startsWith("random:") && { result: `${name}-0123456789abcdef` }),
                    ...(type === "kubernetes:core/v1:Service" && {
                        status: { loadBalancer: { ingress: [{ ip: "10.0.0.7" }] } },
                    }),
                };
                return { id: name, state: { ...inputs, ...state } as object };
            },
        },
        "inference",
        "test",
    );

beforeAll(() => {
    root = workspace.root();
    intermediate = workspace.intermediate(root);
    leaf = workspace.leaf(intermediate, [`DNS:${HOST}`]);
    good = workspace.export(leaf, [intermediate, root], ...PASS).toString("base64");
});
beforeEach(async () => {
    registered = [];
    await mocks();
});
afterAll(() => workspace.close());

const common = { resourceGroupName: "group", location: "westeurope" };
const aci = (tls: TlsArgs) => ({ ...common, model: { image: "iris:1" }, tls });
const aks = (tls: TlsArgs) => ({
    ...common,
    cluster: { attach: { resourceGroupName: "ml", clusterName: "shared" } },
    models: { iris: { image: "iris:1" } },
    tls,
});
const READERS: [string, (tls: TlsArgs) => unknown][] = [
    ["Container Instances", tls => readAci("iris", aci(tls), NOW)],
    ["Kubernetes", tls => readAks("models", aks(tls), NOW)],
];

describe.each(READERS)("tls.pfx on %s, at preview", (_, read) => {
    /** Reasons by property path. */
    const problems = (tls: TlsArgs): Record<string, string> => {
        try {
            read({ mode: TlsMode.Custom, hostname: HOST, ...tls });
            return {};
        } catch (error) {
            if (!(error instanceof ArgumentsError)) throw error;
            expect(error.message).not.toContain(PASSWORD);
            return Object.fromEntries(error.errors.map(one => [one.propertyPath, one.reason]));
        }
    };
    const der = (...args: string[]) => workspace.der(...args);
    const twoKeys = () => {
        const keys = [leaf, root].map(one => der("pkcs8", "-topk8", "-nocrypt", "-in", one.keyFile));
        const chain = [leaf, intermediate].map(one => der("x509", "-in", one.certificateFile));
        return buildPfx([[...keys.map(key => keyBag(key)), ...chain.map(one => certificateBag(one))]], {
            password: PASSWORD,
        });
    };
    const PFX: [what: string, path: string, reason: RegExp, tls: () => TlsArgs][] = [
        [
            "a wrong password",
            "tls.pfxPassword",
            /^pfx-password-wrong: /,
            () => ({ pfx: good, pfxPassword: "x" }),
        ],
        ["no password", "tls.pfxPassword", /^pfx-password-missing: /, () => ({ pfx: good })],
        ["no key", "tls.pfx", /^pfx-no-key: /, () => exportedPfxArgs(leaf, [intermediate], "-nokeys")],
        ["two keys", "tls.pfx", /^pfx-several-keys: .* 2 private keys/, () => pfxArgs(twoKeys())],
        ["an incomplete chain", "tls.pfx", /^chain-incomplete: /, () => exportedPfxArgs(leaf, [])],
        [
            "another name",
            "tls.hostname",
            /^name-not-covered: /,
            () => ({ ...pfxArgs(good), hostname: "a.contoso.test" }),
        ],
        ["PEM instead of a PFX", "tls.pfx", /^pfx-is-pem: /, () => pfxArgs(leaf.certificate)],
        ["a path instead of a PFX", "tls.pfx", /^pfx-is-path: .*path/, () => pfxArgs("secrets/score.pfx")],
        [
            "a PFX and a certificate",
            "tls.pfx",
            /conflicts with tls\.certificate; remove/,
            () => ({ ...pfxArgs(good), certificate: "x" }),
        ],
        [
            "a PFX and a PEM pair",
            "tls.pfx",
            /conflicts with tls\.certificate and tls\.privateKey;/,
            () => ({ ...pfxArgs(good), certificate: "x", privateKey: "y" }),
        ],
        [
            "a password without a PFX",
            "tls.pfx",
            /is missing, but tls\.pfxPassword is set/,
            () => ({ pfxPassword: PASSWORD }),
        ],
        [
            "no certificate at all",
            "tls.certificate",
            /or set tls\.pfx instead/,
            () => ({ privateKey: leaf.key }),
        ],
        ["mode Auto", "tls.pfx", /set tls\.mode to Custom/, () => ({ ...pfxArgs(good), mode: TlsMode.Auto })],
    ];
    const pfxArgs = (pfx: string | Buffer) => ({
        pfx: typeof pfx === "string" ? pfx : pfx.toString("base64"),
        pfxPassword: PASSWORD,
    });
    const exportedPfxArgs = (one: Issued, chain: Issued[], ...args: string[]) =>
        pfxArgs(workspace.export(one, chain, ...PASS, ...args));

    it("accepts a PFX with chain and key", () => {
        expect(problems(pfxArgs(good))).toEqual({});
    });

    it.each(PFX)("reports %s and nothing else", (_, path, reason, tls) => {
        const found = problems(tls());
        expect(Object.keys(found)).toEqual([path]);
        expect(found[path]).toMatch(reason);
    });

    it("reports a missing host name and an invalid certificate together", () => {
        const found = problems({
            ...exportedPfxArgs(leaf, [intermediate], "-nokeys"),
            hostname: "a.contoso.test",
        });
        expect(Object.keys(found).sort()).toEqual(["tls.hostname", "tls.pfx"]);
    });
});

it("refuses tls.pfx together with tls.secretName", () => {
    const tls = { mode: TlsMode.Custom, hostname: HOST, secretName: "kept", pfx: good };
    expect(() => readAks("models", aks(tls), NOW)).toThrow(
        expect.objectContaining({ errors: [expect.objectContaining({ propertyPath: "tls.secretName" })] }),
    );
});

describe("a PFX that is an output", () => {
    const resource = undefined as unknown as pulumi.Resource;
    const serve = (pfxPassword: string, seen: pulumi.InputPropertyErrorDetails[][]) =>
        customCertificate(
            {
                pfx: pulumi.secret(good),
                pfxPassword: pulumi.output(Promise.resolve(pfxPassword)),
                hostnames: [HOST],
            },
            NOW,
            problems => {
                seen.push(problems);
                return new Error("refused");
            },
            resource,
        );
    it("is checked when its value is known", async () => {
        const seen: pulumi.InputPropertyErrorDetails[][] = [];
        // An output has internal promises that a test cannot await. The engine's language host also handles their rejections.
        const listeners = process.listeners("unhandledRejection");
        process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => undefined);
        try {
            const { pem, info } = serve("x", seen);
            await expect(settled(pem)).rejects.toThrow("refused");
            await expect(settled(info)).rejects.toThrow("refused");
            await setImmediate();
        } finally {
            process.removeAllListeners("unhandledRejection");
            for (const listener of listeners) process.on("unhandledRejection", listener);
        }
        expect(seen).toEqual([
            [
                {
                    propertyPath: "tls.pfxPassword",
                    reason: expect.stringMatching(/^pfx-password-wrong: /) as string,
                },
            ],
        ]);
    });

    it("is a secret, but its public information is not", async () => {
        const { pem, info } = serve(PASSWORD, []);
        expect(await settled(pem)).toBe(leaf.certificate + intermediate.certificate + leaf.key);
        expect(await settled(info)).toMatchObject({ subject: "CN=Test leaf", names: [HOST] });
        expect([await pulumi.isSecret(pem), await pulumi.isSecret(info)]).toEqual([true, false]);
    });
});

describe("the same certificate as PEM and as PFX", () => {
    const pem = (): TlsArgs => ({
        certificate: leaf.certificate + intermediate.certificate,
        // The encryption of old OpenSSL versions, and Windows line ends.
        privateKey: workspace.run("ec", "-in", leaf.keyFile).replace(/\n/g, "\r\n"),
    });
    const pfx = (): TlsArgs => ({ pfx: good, pfxPassword: PASSWORD });

    it.each<[string, string, (tls: TlsArgs) => unknown]>([
        [
            "Container Instances",
            "azure-native:containerinstance:ContainerGroup",
            tls => new SecureAciInference("iris", aci(tls)),
        ],
        ["Kubernetes", "kubernetes:core/v1:Secret", tls => new SecureAksInference("models", aks(tls))],
    ])("changes nothing on %s", async (_, type, make) => {
        const inputs = [];
        for (const tls of [pem(), pfx()]) {
            registered = [];
            make({ mode: TlsMode.Custom, hostname: HOST, ...tls });
            inputs.push(
                await vi.waitFor(() => {
                    const found = registered.filter(one => one.type === type);
                    expect(found.length).toBeGreaterThan(0);
                    return found;
                }, 10_000),
            );
        }
        expect(inputs[1]).toEqual(inputs[0]);
        const text = JSON.stringify(inputs[1]);
        // The secret volume of the group is Base64, like the Kubernetes Secret.
        const served = leaf.certificate + intermediate.certificate + leaf.key;
        expect(
            [served, Buffer.from(served).toString("base64")].some(one =>
                text.includes(JSON.stringify(one).slice(1, -1)),
            ),
        ).toBe(true);
        for (const secret of [PASSWORD, good]) expect(JSON.stringify(registered)).not.toContain(secret);
    });
});
