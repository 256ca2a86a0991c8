import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { CertificateAuthority } from "../../sandbox/node/authority";
import { installStandIns } from "../../sandbox/providers/install";
import { TestProject } from "./harness";
import { startArm, type TestArm } from "./providers-arm";

const REPOSITORY = path.resolve(__dirname, "../..");
const HOSTNAME = "score.contoso.com";

/** How clients reach the service. */
type State = "Auto" | "Custom" | "SelfSigned" | "Disabled" | "Auto for the domain";

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
    ["Custom", OTHER_CERTIFICATE],
    ["SelfSigned", OTHER_NAME],
    ["Auto", PLACEHOLDER],
    ["Disabled", NO_TLS],
    ["Custom", OTHER_CERTIFICATE],
    ["Disabled", OTHER_NAME],
    ["SelfSigned", FINE],
    ["Custom", OTHER_CERTIFICATE],
    ["Auto for the domain", PLACEHOLDER],
    ["Custom", FINE],
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
    states = {
        Auto: { mode: "Auto" },
        SelfSigned: { mode: "SelfSigned" },
        Disabled: { mode: "Disabled" },
        "Auto for the domain": { mode: "Auto", hostname: HOSTNAME },
        Custom: {
            mode: "Custom",
            hostname: HOSTNAME,
            certificate: readFileSync(certificate, "utf8") + root,
            privateKey: readFileSync(key, "utf8"),
        },
    };
    service = await TestProject.create({
        directory: REPOSITORY,
        configuration: stringify({ config: await settings({ tls: states[START] }) }),
        plugins: home => installStandIns(home, arm.instance),
    });
    expect((await service.up()).errors).toEqual([]);
});

afterAll(async () => {
    await service.dispose();
    await arm.close();
});

/** The sandbox's stack, without a zone, so that the group is updated in place. */
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

const group = () => arm.resources().find(one => /containerGroups/i.test(one.type));

describe("switching between names and certificates, in place", () => {
    let from: State = START;

    it.each(WALK.map(([to, expected], index) => [index + 1, to, expected] as const))(
        "%i. to %s",
        async (_, to, { refused, warning }) => {
            await configure({ tls: states[to] });
            const preview = await service.preview();
            expect(preview.succeeded, preview.text).toBe(refused === undefined);
            if (refused) {
                expect(preview.text).toMatch(refused);
                expect(preview.text).toContain("Set overwriteExistingDomain to true");
                await configure({ tls: states[to], overwriteExistingDomain: true });
            } else if (warning) {
                expect(preview.text).toMatch(warning);
            } else {
                expect(preview.text).not.toMatch(/warning: iris/);
            }

            const before = group();
            expect((await service.up()).errors).toEqual([]);

            expect(group()?.id).toBe(before?.id);
            const outputs = await service.outputs();
            const host = to === "Custom" || to === "Auto for the domain" ? HOSTNAME : String(outputs.fqdn);
            const scheme = to === "Disabled" ? "http" : "https";
            expect(outputs.scoringUri).toBe(`${scheme}://${host}/score`);
            from = to;
        },
    );

    it("has nothing left to do in the end", async () => {
        expect(from).toBe(START);
        await configure({ tls: states[START] });
        expect((await service.preview()).steps).toEqual([]);
    });
});

describe("after an update that failed", () => {
    const LABEL = /would move from contoso\w{6}\.westeurope\S+ to (\w+)\w{6}\.westeurope/;
    const tls = { mode: "SelfSigned" };

    beforeAll(async () => {
        await configure({ tls });
        expect((await service.up()).errors).toEqual([]);
        arm.broken.add(group()?.name ?? "");
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
