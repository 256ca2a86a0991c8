import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
    type AccessLog,
    type AcmeArgs,
    AcmeChallenge,
    Environment,
    type SecureAciInferenceArgs,
    TlsMode,
} from "../../../components";
import { dockerHubName } from "../../../components/aci/docker-hub";
import { readArguments } from "../../../components/aci/settings";
import { collectWarnings } from "../../support/mocks";
import { argumentProblems, mockEngine } from "../../support/argument-problems";

const NOW = new Date("2026-11-24T00:00:00Z");
const GOOD: SecureAciInferenceArgs = {
    resourceGroupName: "inference",
    location: "westeurope",
    model: { image: "contoso.azurecr.io/iris:7" },
    tls: { mode: TlsMode.Disabled },
};

let warnings: string[];
beforeAll(mockEngine);
beforeEach(() => {
    warnings = collectWarnings();
});

const problems = (changes: Partial<SecureAciInferenceArgs>, name = "iris") =>
    argumentProblems(() => readArguments(name, { ...GOOD, ...changes }, NOW));

const model = (changes: Partial<SecureAciInferenceArgs["model"]>) => ({
    model: { ...GOOD.model, ...changes },
});

const LOGIN = { server: "contoso.azurecr.io", username: "me", password: "hunter2" };
const IDENTITY =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull";

const acme = (args: AcmeArgs) => ({ tls: { acme: args } });

const WRONG: [path: string, reason: RegExp, changes: Partial<SecureAciInferenceArgs>][] = [
    ["resourceGroupName", /without a '\.' at the end/, { resourceGroupName: "inference." }],
    ["location", /like westeurope/, { location: "West Europe" }],
    ["containerGroupName", /lower-case/, { containerGroupName: "Iris" }],
    [
        "containerGroupName",
        /57 characters; use at most 56, because each revision adds/,
        {
            containerGroupName: "a".repeat(57),
            tls: { mode: TlsMode.Disabled, hostname: "score.contoso.com" },
            dns: { zoneName: "contoso.com" },
        },
    ],
    ["revisionTimeoutSeconds", /whole number from 0/, { revisionTimeoutSeconds: -1 }],
    ["environment", /Production, Development/, { environment: "Test" as Environment }],
    ["leafDomainLabel", /use contoso/, { leafDomainLabel: "Contoso" }],
    [
        "leafDomainLabel",
        /contains "microsoft", a word that Azure reserves/,
        { leafDomainLabel: "my-microsoft" },
    ],
    ["leafDomainLabel", /begins with "login"/, { leafDomainLabel: "login" }],
    ["containerGroupName", /a name that Azure reserves; .* contoso-azure/, { containerGroupName: "azure" }],
    ["model.name", /lower-case/, model({ name: "my_model" })],
    ["model.name", /another container/, model({ name: "front" })],
    ["model.image", /give an image/, model({ image: "an image" })],
    ["model.image", /in lower case/, model({ image: "contoso.azurecr.io/Iris:7" })],
    ["model.port", /which Azure reserves/, model({ port: 22 })],
    ["model.port", /which Azure reserves/, model({ port: 25_000 })],
    ["model.port", /a port of the front/, model({ port: 8404 })],
    ["model.port", /from 1 to 65535/, model({ port: 65_536 })],
    ["model.cpu", /is 0; set it to a number above 0/, model({ cpu: 0 })],
    ["model.cpu", /is 0\.125, .* steps of 0\.01 cores; set it to 0\.12 or 0\.13/, model({ cpu: 0.125 })],
    ["model.cpu", /is 0\.001, .*; set it to 0\.01$/, model({ cpu: 0.001 })],
    ["model.cpu", /"1", not a number/, model({ cpu: "1" as unknown as number })],
    ["model.memoryInGB", /at most 240/, model({ memoryInGB: 241 })],
    ["model.memoryInGB", /is 0\.75, .* 0\.1 GB; set it to 0\.7 or 0\.8/, model({ memoryInGB: 0.75 })],
    ["model.memoryInGBLimit", /set it to 1\.2 or 1\.3/, model({ memoryInGB: 1.1, memoryInGBLimit: 1.25 })],
    ["model.cpuLimit", /is 2, .* request 1 cores in total; lower it/, model({ cpuLimit: 2 })],
    ["model.memoryInGBLimit", /is 4, .* request 1 GB in total/, model({ memoryInGBLimit: 4 })],
    ["model.cpuLimit", /less than model\.cpu/, model({ cpu: 2, cpuLimit: 1 })],
    ["model.memoryInGBLimit", /less than model\.memoryInGB/, model({ memoryInGBLimit: 0.1 })],
    [
        "model.gpu",
        /14 July 2025; remove it, and use SecureAks/,
        model({ gpu: { count: 1, sku: "V100" as never } }),
    ],
    ["model.environment.1A", /without a digit at the start/, model({ environment: { "1A": "x" } })],
    [
        "model.secretEnvironment.A",
        /is also in model\.environment/,
        model({ environment: { A: "x" }, secretEnvironment: { A: "y" } }),
    ],
    ["model.command", /is empty/, model({ command: [] })],
    [
        "model.command[1]",
        /132000 bytes, and Linux starts no program/,
        model({ command: ["sh", "a".repeat(132_000)] }),
    ],
    ["model.environment.A", /132000 bytes/, model({ environment: { A: "ä".repeat(66_000) } })],
    [
        "model",
        /of 1\d{6} bytes in total; use at most 1048576/,
        model({
            environment: Object.fromEntries(
                Array.from({ length: 11 }, (_, index) => [`A${index}`, "a".repeat(100_000)]),
            ),
        }),
    ],
    ["model.healthPath", /starts with/, model({ healthPath: "health" })],
    ["model.healthPath", /"\/a%20b"; give a path/, model({ healthPath: "/a%20b" })],
    ["model.liveness.successThreshold", /from 1 to 1 /, model({ liveness: { successThreshold: 2 } })],
    ["front.cpu", /minimum is 1/, { front: { cpu: 0.5 } }],
    ["front.cpu", /0\.33 or 0\.34/, { front: { cpu: 1 / 3 } }],
    ["front.cpu", /request 31\.25 cores in total; Azure's maximum is 31/, model({ cpu: 31 })],
    ["front.memoryInGB", /set it to 0\.5 or 0\.6/, { front: { memoryInGB: 0.55 } }],
    ["front.memoryInGB", /minimum is 1/, { front: { memoryInGB: 0.4 } }],
    ["front.image", /give an image/, { front: { image: "" } }],
    [
        "limits.maxConcurrentRequestsPerContainer",
        /whole number/,
        { limits: { maxConcurrentRequestsPerContainer: 1.5 } },
    ],
    ["limits.maxQueueWaitMs", /is 0;/, { limits: { maxQueueWaitMs: 0 } }],
    ["limits.scoringTimeoutMs", /is -1;/, { limits: { scoringTimeoutMs: -1 } }],
    ["limits.maxRequestBodyBytes", /bytes/, { limits: { maxRequestBodyBytes: 0 } }],
    ["front.accessLog", /is "none"; .* all, errors, off/, { front: { accessLog: "none" as AccessLog } }],
    ["tls.mode", /Auto, Custom, SelfSigned, Disabled/, { tls: { mode: "None" as TlsMode } }],
    ["tls.certificate", /set tls\.mode to Custom/, { tls: { certificate: "hunter2" } }],
    ["tls.privateKey", /set tls\.mode to Custom/, { tls: { privateKey: "hunter2" } }],
    ["tls.acme", /conflicts with tls\.mode Disabled/, { tls: { mode: TlsMode.Disabled, acme: {} } }],
    ["tls.acme.directoryUrl", /requires https/, acme({ directoryUrl: "http://ca.contoso.com/directory" })],
    ["tls.acme.directoryUrl", /URL of the authority/, acme({ directoryUrl: "letsencrypt" })],
    ["tls.acme.directoryUrl", /user name or password/, acme({ directoryUrl: "https://me:hunter2@ca.test/" })],
    ["tls.acme.email", /give an email address/, acme({ email: "certificates" })],
    ["tls.acme.challenge", /Http01, Dns01/, acme({ challenge: "TlsAlpn01" as AcmeChallenge })],
    ["tls.acme.challenge", /set dns\.zoneName/, acme({ challenge: AcmeChallenge.Dns01 })],
    [
        "tls.acme.externalAccountBinding.keyId",
        /must both be set/,
        acme({ externalAccountBinding: { hmacKey: "hunter2-hunter2-hunter2" } as never }),
    ],
    [
        "tls.acme.externalAccountBinding.hmacKey",
        /must both be set/,
        acme({ externalAccountBinding: { keyId: "kid-1" } as never }),
    ],
    [
        "tls.acme.externalAccountBinding.hmacKey",
        /is not a base64url key/,
        acme({ externalAccountBinding: { keyId: "kid-1", hmacKey: "hunter2 hunter2 hunter2" } }),
    ],
    ["tls.acme.certificateAuthority", /no-certificate: .* as PEM/, acme({ certificateAuthority: "junk" })],
    ["tls.acme.image", /give an image/, acme({ image: "" })],
    ["model.name", /another container/, { ...model({ name: "issuer" }), tls: {} }],
    ["tls.mode", /set environment to Development/, { tls: { mode: TlsMode.SelfSigned } }],
    ["tls.minimumVersion", /1\.2, 1\.3/, { tls: { mode: TlsMode.Disabled, minimumVersion: "1.1" as never } }],
    ["tls.hstsMaxAgeSeconds", /seconds/, { tls: { mode: TlsMode.Disabled, hstsMaxAgeSeconds: -1 } }],
    ["tls.hostname", /has a port/, { tls: { mode: TlsMode.Disabled, hostname: "a.contoso.com:443" } }],
    [
        "tls.hostname",
        /apex/,
        { tls: { mode: TlsMode.Disabled, hostname: "contoso.com" }, dns: { zoneName: "contoso.com" } },
    ],
    ["tls.hostname", /is missing; dns needs/, { dns: { zoneName: "contoso.com" } }],
    [
        "dns.ttl",
        /seconds/,
        {
            tls: { mode: TlsMode.Disabled, hostname: "a.contoso.com" },
            dns: { zoneName: "contoso.com", ttl: 0 },
        },
    ],
    ["keys.primary", /16 to 512/, { keys: { enabled: true, primary: "hunter2" } }],
    ["keys.secondary", /Bearer header/, { keys: { enabled: true, secondary: "hunter2 hunter2 hunter2" } }],
    [
        "keys.secondary",
        /same as keys\.primary/,
        { keys: { primary: "a".repeat(32), secondary: "a".repeat(32) } },
    ],
    ["registries[0]", /no credentials/, { registries: [{ server: "contoso.azurecr.io" }] }],
    [
        "registries[1].password",
        /must both be set/,
        { registries: [LOGIN, { server: "fabrikam.azurecr.io", username: "me" }] },
    ],
    [
        "registries[0].managedIdentityId",
        /conflicts with registries\[0\]\.username and registries\[0\]\.password/,
        { registries: [{ ...LOGIN, managedIdentityId: IDENTITY }] },
    ],
    [
        "registries[0].server",
        /host name of the registry/,
        { registries: [{ ...LOGIN, server: "https://contoso.azurecr.io" }] },
    ],
    [
        "registries[1].server",
        /the same as registries\[0\]\.server/,
        { registries: [LOGIN, { ...LOGIN, server: "Contoso.azurecr.io" }] },
    ],
    [
        "registry",
        /the former name of registries, which is also set/,
        { registry: LOGIN, registries: [LOGIN] },
    ],
    ["registry.password", /must both be set/, { registry: { server: "contoso.azurecr.io", username: "me" } }],
    ["identity.userAssignedIds[0]", /resource id/, { identity: { userAssignedIds: ["me"] } }],
    [
        "logAnalytics.workspaceId",
        /a GUID/,
        { logAnalytics: { workspaceId: "mine", workspaceKey: "hunter2" } },
    ],
    ["tags.a/b", /Azure refuses/, { tags: { "a/b": "x" } }],
    ["tags", /"team" twice/, { tags: { Team: "x", team: "y" } }],
    ["tags.Azure", /begins with "azure", which Azure reserves/, { tags: { Azure: "x" } }],
    ["tags.", /empty name/, { tags: { "": "x" } }],
    [`tags.${"a".repeat(129)}`, /at most 128/, { tags: { ["a".repeat(129)]: "x" }, tls: {} }],
    ["tags", /51 tags/, { tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, "x"])) }],
];

describe("readArguments", () => {
    it("accepts the required arguments alone", () => expect(problems({})).toEqual({}));

    it.each(WRONG)("reports only %s when it is invalid: %s", (path, reason, changes) => {
        const found = problems(changes);
        expect(Object.keys(found)).toEqual([path]);
        expect(found[path]).toMatch(reason);
        expect(JSON.stringify(found)).not.toContain("hunter2");
    });

    it.each([
        ["a".repeat(56), /at most 55, because Pulumi adds 8/],
        ["My_iris", /lower-case letters.*, or set containerGroupName/],
        ["windows-iris", /a word that Azure reserves/],
    ])("reports a component name from which no container group can be named: %s", (name, reason) => {
        const others = { leafDomainLabel: "contoso", ...model({ name: "iris" }) };
        expect(problems(others, name)).toEqual({ name: expect.stringMatching(reason) as string });
        expect(problems({ ...others, containerGroupName: "iris" }, name)).toEqual({});
    });

    it("reports all problems at once", () => {
        const found = problems({
            resourceGroupName: "",
            ...model({ port: 22, cpu: 0 }),
            limits: { maxQueueWaitMs: 0 },
            tls: { mode: TlsMode.Custom },
            keys: { primary: "hunter2" },
        });
        expect(Object.keys(found).sort()).toEqual([
            "keys.primary",
            "limits.maxQueueWaitMs",
            "model.cpu",
            "model.port",
            "resourceGroupName",
            "tls.certificate",
            "tls.hostname",
            "tls.privateKey",
        ]);
    });

    it("reports every finding about an invalid certificate", () => {
        const found = problems({
            tls: {
                mode: TlsMode.Custom,
                hostname: "score.contoso.com",
                certificate: "junk",
                privateKey: "hunter2",
            },
        });
        expect(Object.keys(found).sort()).toEqual(["tls.certificate", "tls.privateKey"]);
        expect(found["tls.privateKey"]).toMatch(/^no-key: /);
        expect(JSON.stringify(found)).not.toContain("hunter2");
    });

    it("raises the request of the front to Azure's minimum for a group", () => {
        const { front, model: own } = readArguments("iris", GOOD, NOW);
        expect([own.cpu, own.memoryInGB, front.cpu, front.memoryInGB]).toEqual([0.1, 0.5, 0.9, 0.5]);
    });

    it.each([0.1, 0.3, 0.6, 0.7, 1.1, 2.3])(
        "requests whole steps for a group with a model of %s GB",
        amount => {
            const changes = { tls: undefined, ...model({ cpu: amount, memoryInGB: amount }) };
            const { front } = readArguments("iris", { ...GOOD, ...changes }, NOW);
            // In binary fractions 1 - 0.3 - 0.3 is 0.4000000000000001.
            expect(String(front.memoryInGB)).toMatch(/^0\.\d$/);
            expect(String(front.cpu)).toMatch(/^0\.\d{1,2}$/);
        },
    );

    it("allows model and front all resources of the group, unless the model has a limit", () => {
        const read = (changes: object) => readArguments("iris", { ...GOOD, ...model(changes) }, NOW);
        const { model: own, front } = read({});
        expect([own.resourceLimits, front.resourceLimits]).toEqual(Array(2).fill({ cpu: 1, memoryInGB: 1 }));
        expect(read({ memoryInGB: 2.4, cpuLimit: 0.5 }).model.resourceLimits).toEqual({
            cpu: 0.5,
            memoryInGB: 2.9,
        });
    });

    it("defaults to a certificate from Let's Encrypt by Http01", () => {
        const { tls, front, model: own } = readArguments("iris", { ...GOOD, tls: undefined }, NOW);
        expect(tls).toMatchObject({
            mode: TlsMode.Auto,
            acme: {
                directoryUrl: "https://acme-v02.api.letsencrypt.org/directory",
                challenge: AcmeChallenge.Http01,
            },
        });
        // The issuer requests 0.1 cores of Azure's minimum of 1.
        expect([own.cpu, own.memoryInGB, front.cpu, front.memoryInGB]).toEqual([0.1, 0.5, 0.8, 0.5]);
    });

    it("defaults to Dns01 when the zone is set", () => {
        const args = { tls: { hostname: "score.contoso.com" }, dns: { zoneName: "contoso.com" } };
        const { tls } = readArguments("iris", { ...GOOD, ...args }, NOW);
        expect(tls.acme?.challenge).toBe(AcmeChallenge.Dns01);
    });

    it("accepts several registries, and gives the group their identities", () => {
        const registries = [
            { ...LOGIN, server: "index.docker.io" },
            { server: "a.azurecr.io", managedIdentityId: IDENTITY },
        ];
        const { identity, registries: read } = readArguments("iris", { ...GOOD, registries }, NOW);
        expect(read.map(({ server }) => server)).toEqual(["index.docker.io", "a.azurecr.io"]);
        expect(identity.userAssignedIds).toEqual([IDENTITY]);
        expect(warnings).toEqual([]);
    });

    it("accepts one registry under the former name, with a warning", () => {
        const images = { front: { image: "contoso.azurecr.io/haproxy:3.0" } };
        const { registries } = readArguments("iris", { ...GOOD, ...images, registry: LOGIN }, NOW);
        expect(registries).toEqual([LOGIN]);
        expect(warnings).toEqual([
            "iris: registry is now the list registries; the old name works until 0.3.",
        ]);
    });

    it("warns about images on Docker Hub without a login, with the command that copies them", () => {
        problems({ ...model({ image: "contoso/iris:7" }), tls: {} });
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toMatch(
            /^iris: model\.image, front\.image, tls\.acme\.image are pulled from Docker Hub/,
        );
        expect(warnings[0]).toContain(
            "az acr import --name REGISTRY --source docker.io/contoso/iris:7 --image contoso/iris:7;",
        );
        expect(warnings[0]).toContain("docker.io/haproxytech/haproxy-debian:3.0 --image haproxytech/");
    });

    it.each<[image: string, name: string | undefined]>([
        ["nginx", "library/nginx"],
        ["docker.io/nginx:1", "library/nginx:1"],
        ["index.docker.io/a/b@sha256:0", "a/b@sha256:0"],
        ["contoso/iris:7", "contoso/iris:7"],
        ["contoso.azurecr.io/iris:7", undefined],
        ["localhost/iris:7", undefined],
        ["registry:5000/iris:7", undefined],
    ])("knows whether %s is on Docker Hub", (image, name) => expect(dockerHubName(image)).toBe(name));

    it.each([
        [229_999, 0],
        [230_000, 1],
        [300_000, 1],
    ])(
        "warns when a client may wait in silence for longer than Azure keeps the connection: %i ms",
        (time, count) => {
            problems({
                front: { image: "contoso.azurecr.io/haproxy:3.0" },
                limits: { scoringTimeoutMs: time, maxQueueWaitMs: 1 },
            });
            expect(warnings).toHaveLength(count);
            if (count > 0)
                expect(warnings[0]).toMatch(/^iris: limits\.scoringTimeoutMs is \d+: .* idle for 4 minutes/);
        },
    );

    it("warns that a readiness probe of the model has no effect", () => {
        problems({
            front: { image: "contoso.azurecr.io/haproxy:3.0" },
            ...model({ readiness: { periodSeconds: 1 } }),
        });
        expect(warnings).toEqual([expect.stringMatching(/^iris: model\.readiness has no effect/)]);
    });

    it("reserves the model name issuer only when there is an issuer", () => {
        expect(problems(model({ name: "issuer" }))).toEqual({});
    });
});
