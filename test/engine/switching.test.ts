import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { CertificateAuthority } from "../../sandbox/node/authority";
import { installStandIns } from "../../sandbox/providers/install";
import { type Outcome, TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";

const REPOSITORY = path.resolve(__dirname, "../..");
const HOSTNAME = "score.contoso.com";

/** How clients reach the service: by Azure's name unless the state says that it is the domain's. */
type State =
    | "Auto"
    | "SelfSigned"
    | "Disabled"
    | "Custom, domain"
    | "Auto, domain"
    | "Custom, domain in a zone"
    | "Auto, domain in a zone"
    | "Disabled, domain in a zone";

/** No client has to be waited for: the gate and the drain have tests of their own. */
const ZONE = {
    dns: { zoneName: "contoso.com", createZone: true, ttl: 1 },
    limits: { maxQueueWaitMs: 100, scoringTimeoutMs: 1000 },
    revisionTimeoutSeconds: 0,
};

/** What preview says of a switch: it is refused for this reason, or clients will notice this. */
interface Expected {
    refused?: RegExp;
    warning?: RegExp;
}

const FINE: Expected = {};
const PLACEHOLDER: Expected = { warning: /until the authority has issued.* placeholder .* and 503/ };
const NO_TLS: Expected = {
    warning: /https:\/\/contoso\w{6}\S+ will not answer any more.*within the last 365 days refuse http too/s,
};
const NO_TLS_FOR_DOMAIN: Expected = {
    warning:
        /https:\/\/score\.contoso\.com will not answer any more.*within the last 365 days refuse http too/s,
};
const NO_FIXED_NAME: Expected = {
    refused: /the service would no longer answer as contoso\w{6}\.westeurope\./,
};
const OTHER_CERTIFICATE: Expected = {
    refused: /tls\.hostname: the certificate would no longer be for contoso\w{6}\.westeurope\./,
};
const OTHER_NAME: Expected = {
    refused: /tls\.hostname: the service would no longer answer as score\.contoso\.com/,
};

/** A walk that takes every way between four states once, and there and back at a custom domain. */
const WALK: [to: State, expected: Expected][] = [
    ["SelfSigned", FINE],
    ["Disabled", NO_TLS],
    ["Auto", PLACEHOLDER],
    ["Custom, domain", OTHER_CERTIFICATE],
    ["SelfSigned", OTHER_NAME],
    ["Auto", PLACEHOLDER],
    ["Disabled", NO_TLS],
    ["Custom, domain", OTHER_CERTIFICATE],
    ["Disabled", OTHER_NAME],
    ["SelfSigned", FINE],
    ["Custom, domain", OTHER_CERTIFICATE],
    ["Auto, domain", PLACEHOLDER],
    ["Custom, domain", FINE],
    ["Auto", OTHER_NAME],
];

/** There and back where revisions take over from each other. */
const ZONE_WALK: typeof WALK = [
    ["Custom, domain in a zone", NO_FIXED_NAME],
    // By Dns01: the certificate is there before the name leads to it.
    ["Auto, domain in a zone", FINE],
    ["Disabled, domain in a zone", NO_TLS_FOR_DOMAIN],
    ["Custom, domain in a zone", FINE],
    ["Auto", OTHER_NAME],
];
const START: State = "Auto";

let arm: TestArm;
let service: TestProject;
let states: Record<State, object>;

beforeAll(async () => {
    arm = await startArm();
    const authority = await CertificateAuthority.open(arm.instance.stateFolder, "authority of the test");
    const root = readFileSync(path.join(arm.instance.stateFolder, "ca.pem"), "utf8");
    const { certificate, key } = await authority.issue({
        file: "custom",
        commonName: HOSTNAME,
        use: "server",
        names: [HOSTNAME],
        addresses: [],
    });
    const custom = {
        mode: "Custom",
        hostname: HOSTNAME,
        certificate: readFileSync(certificate, "utf8") + root,
        privateKey: readFileSync(key, "utf8"),
    };
    // Nobody issues one here.
    const auto = { mode: "Auto", acme: { waitSeconds: 0 } };
    states = {
        Auto: { tls: auto },
        SelfSigned: { tls: { mode: "SelfSigned" } },
        Disabled: { tls: { mode: "Disabled" } },
        "Custom, domain": { tls: custom },
        "Auto, domain": { tls: { ...auto, hostname: HOSTNAME } },
        "Custom, domain in a zone": { tls: custom, ...ZONE },
        "Auto, domain in a zone": { tls: { ...auto, hostname: HOSTNAME }, ...ZONE },
        "Disabled, domain in a zone": { tls: { mode: "Disabled", hostname: HOSTNAME }, ...ZONE },
    };
    service = await TestProject.create({
        directory: REPOSITORY,
        configuration: stringify({ config: await settings(states[START]) }),
        plugins: home => installStandIns(home, arm.instance),
    });
    expect((await service.up()).errors).toEqual([]);
});

afterAll(async () => {
    await service.abandon();
    await arm.close();
});

/** The sandbox's stack, with these settings instead of its own; without a zone unless they name one. */
async function settings(changes: object): Promise<object> {
    const file = await readFile(path.join(REPOSITORY, "stacks", "Pulumi.local.yaml"), "utf8");
    const { config } = parse(file) as { config: Record<string, unknown> };
    delete config["azure-secure-inference:dns"];
    for (const [name, value] of Object.entries(changes)) config[`azure-secure-inference:${name}`] = value;
    return config;
}

/** In one go: asking the engine to change one setting after the other takes seconds. */
async function configure(changes: object): Promise<void> {
    const file = parse(await readFile(service.configurationFile, "utf8")) as object;
    await writeFile(service.configurationFile, stringify({ ...file, config: await settings(changes) }));
}

function expectToSay({ text }: Outcome, { refused, warning }: Expected): void {
    if (refused) {
        expect(text).toMatch(refused);
        expect(text).toContain("Set overwriteExistingDomain to true");
    } else if (warning) {
        expect(text).toMatch(warning);
    } else {
        expect(text).not.toMatch(/warning: iris: tls/);
    }
}

const groups = () => arm.resources().filter(one => /containerGroups/i.test(one.type));

describe.each([
    ["where the group is updated in place", WALK],
    ["where revisions take over from each other", ZONE_WALK],
])("switching between names and certificates, %s", (_, walk) => {
    let at: State = START;
    /** What preview has said in this walk. The update says it as well, so preview is asked once for each, and before it refuses. */
    const previewed = new Set<Expected>();

    it.each(walk.map(([to, expected], index) => [index + 1, to, expected] as const))(
        "%i. to %s",
        async (_number, to, expected) => {
            const { refused } = expected;
            await configure(states[to]);
            if (refused || !previewed.has(expected)) {
                const preview = await service.preview();
                expect(preview.succeeded, preview.text).toBe(refused === undefined);
                expectToSay(preview, expected);
                previewed.add(expected);
            }
            if (refused) await configure({ ...states[to], overwriteExistingDomain: true });

            const before = groups();
            const up = await service.up();
            expect(up.errors).toEqual([]);
            if (!refused) expectToSay(up, expected);

            const after = groups();
            expect(after).toHaveLength(1);
            if (walk === WALK) {
                // The issuer's container changes the group's cores, and Azure makes another group for that; the label stays.
                const stays = at.startsWith("Auto") === to.startsWith("Auto");
                expect(after[0]?.id === before[0]?.id).toBe(stays);
            }
            at = to;
            const outputs = await service.outputs();
            const host = to.includes("domain") ? HOSTNAME : String(outputs.fqdn);
            const scheme = to.startsWith("Disabled") ? "http" : "https";
            expect(outputs.scoringUri).toBe(`${scheme}://${host}/score`);
        },
    );

    it("has nothing left to do in the end", async () => {
        await configure(states[START]);
        expect((await service.preview()).steps).toEqual([]);
    });
});

describe("after an update that failed", () => {
    const LABEL = /would move from contoso\w{6}\.westeurope\S+ to (\w+)\w{6}\.westeurope/;
    const tls = { mode: "SelfSigned" };

    beforeAll(async () => {
        await configure({ tls });
        expect((await service.up()).errors).toEqual([]);
        arm.broken.add(groups()[0]?.name ?? "");
        await configure({ tls, leafDomainLabel: "taken", overwriteExistingDomain: true });
        const { text, succeeded } = await service.up();
        expect(succeeded).toBe(false);
        expect(text).toContain("The image cannot be started.");
        arm.broken.clear();
    });

    it("refuses to move on, to the name that was tried or another, as clients still use the first", async () => {
        for (const leafDomainLabel of ["taken", "fabrikam"]) {
            await configure({ tls, leafDomainLabel });
            const { text, succeeded } = await service.preview();
            expect(succeeded).toBe(false);
            expect(LABEL.exec(text)?.[1]).toBe(leafDomainLabel);
        }
    });

    it("goes back to where it was without being asked", async () => {
        await configure({ tls });
        const preview = await service.preview();
        expect(preview.errors).toEqual([]);
        expect((await service.up()).errors).toEqual([]);
        expect((await service.outputs()).fqdn).toMatch(/^contoso\w{6}\./);
    });

    it("and guards that again, before anything is done", async () => {
        await configure({ tls, leafDomainLabel: "fabrikam" });
        const before = JSON.stringify(arm.resources());
        const { text, succeeded } = await service.up();
        expect(succeeded).toBe(false);
        expect(LABEL.exec(text)?.[1]).toBe("fabrikam");
        expect(JSON.stringify(arm.resources())).toBe(before);
    });
});
