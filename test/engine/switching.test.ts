import { readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateAuthority } from "../../sandbox/node/authority";
import type { Outcome, TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { FULL } from "../../sandbox/testing/full";
import {
    configureOnly,
    createServiceStack,
    type Settings,
    settingsWithoutZone,
} from "../support/service-stack";

const HOSTNAME = "score.contoso.com";

/** The certificate mode and the name that clients use: Azure's name unless the state says "domain". */
type State =
    | "Auto"
    | "SelfSigned"
    | "Disabled"
    | "Custom, domain"
    | "Custom, domain in a zone"
    | "Auto, domain in a zone"
    | "Disabled, domain in a zone";

/** With the shortest possible drain. aci-revisions.test.ts covers the wait for the new revision and the drain. */
const ZONE = {
    dns: { zoneName: "contoso.com", createZone: true, ttl: 1 },
    limits: { maxQueueWaitMs: 100, scoringTimeoutMs: 1000 },
    revisionTimeoutSeconds: 0,
};

/** What preview reports about a switch: an error, a warning, or nothing. */
interface Expectation {
    refused?: RegExp;
    warning?: RegExp;
}

const NO_REMARK: Expectation = {};
const PLACEHOLDER: Expectation = { warning: /until the authority issues .* placeholder .* and status 503/ };
const NO_TLS: Expectation = {
    warning: /https:\/\/contoso\w{6}\S+ will stop answering.*within the last 365 days also refuse http/s,
};
const NO_TLS_FOR_DOMAIN: Expectation = {
    warning: /https:\/\/score\.contoso\.com will stop answering.*within the last 365 days also refuse http/s,
};
const NO_FIXED_NAME: Expectation = {
    refused: /the service would no longer answer as contoso\w{6}\.westeurope\./,
};
const OTHER_CERTIFICATE: Expectation = {
    refused: /tls\.hostname: the certificate would no longer be for contoso\w{6}\.westeurope\./,
};
const OTHER_NAME: Expectation = {
    refused: /tls\.hostname: the service would no longer answer as score\.contoso\.com/,
};

/**
 * Switches one after the other, each from the state that the last one left. Every kind of remark is among them;
 * test/unit/address/address-change.test.ts covers every pair of states.
 */
const IN_PLACE: [to: State, expectation: Expectation][] = [
    ["Disabled", NO_TLS],
    ["Auto", PLACEHOLDER],
    ["Custom, domain", OTHER_CERTIFICATE],
    ["SelfSigned", OTHER_NAME],
];

const TO_DISABLED_IN_ZONE: (typeof IN_PLACE)[number] = ["Disabled, domain in a zone", NO_TLS_FOR_DOMAIN];

/** Switches between stacks with a DNS zone, where each update creates a revision. */
const WITH_ZONE: typeof IN_PLACE = [
    ["Custom, domain in a zone", NO_FIXED_NAME],
    // With Dns01 the certificate exists before the CNAME moves.
    ["Auto, domain in a zone", NO_REMARK],
    ...(FULL ? [TO_DISABLED_IN_ZONE] : []),
    ["Auto", OTHER_NAME],
];
const START: State = "Auto";

let arm: TestArm;
let service: TestProject;
let states: Record<State, Settings>;

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
    // No authority issues a certificate in this test.
    const auto = { mode: "Auto", acme: { waitSeconds: 0 } };
    states = {
        Auto: { tls: auto },
        SelfSigned: { tls: { mode: "SelfSigned" } },
        Disabled: { tls: { mode: "Disabled" } },
        "Custom, domain": { tls: custom },
        "Custom, domain in a zone": { tls: custom, ...ZONE },
        "Auto, domain in a zone": { tls: { ...auto, hostname: HOSTNAME }, ...ZONE },
        "Disabled, domain in a zone": { tls: { mode: "Disabled", hostname: HOSTNAME }, ...ZONE },
    };
    service = await createServiceStack(arm.instance, { ...settingsWithoutZone(), ...states[START] });
    expect((await service.up()).errors).toEqual([]);
});

afterAll(async () => {
    await service.abandon();
    await arm.close();
});

/** The settings of the stack `local` with these changes; without a zone unless they have one. */
const use = (changes: Settings): void => configureOnly(service, { ...settingsWithoutZone(), ...changes });

function expectRemark({ text }: Outcome, { refused, warning }: Expectation): void {
    if (refused) {
        expect(text).toMatch(refused);
        expect(text).toContain("set overwriteExistingDomain: true");
    } else if (warning) {
        expect(text).toMatch(warning);
    } else {
        // The image of the issuer comes from Docker Hub, which is warned about in each mode that has an issuer.
        expect(text).not.toMatch(/warning: iris: tls(?!\.acme\.image)/);
    }
}

const groups = () => arm.resources().filter(one => /containerGroups/i.test(one.type));

describe.each([
    ["where the group is updated in place", IN_PLACE],
    ["where each update creates a revision", WITH_ZONE],
])("switching between names and certificates, %s", (_, switches) => {
    let at: State = START;
    /** Remarks that a preview has shown. An update shows them too, so one preview for each is enough. */
    const previewed = new Set<Expectation>();

    it.each(switches.map(([to, expectation], index) => [index + 1, to, expectation] as const))(
        "%i. to %s",
        async (_number, to, expectation) => {
            const { refused } = expectation;
            use(states[to]);
            if (refused || !previewed.has(expectation)) {
                const preview = await service.preview();
                expect(preview.succeeded, preview.text).toBe(refused === undefined);
                expectRemark(preview, expectation);
                previewed.add(expectation);
            }
            if (refused) use({ ...states[to], overwriteExistingDomain: true });

            const before = groups();
            const up = await service.up();
            expect(up.errors).toEqual([]);
            if (!refused) expectRemark(up, expectation);

            const after = groups();
            expect(after).toHaveLength(1);
            if (switches === IN_PLACE) {
                // The issuer's container changes the group's cores, which needs a new group; the label stays.
                const isSameGroup = at.startsWith("Auto") === to.startsWith("Auto");
                expect(after[0]?.id === before[0]?.id).toBe(isSameGroup);
            }
            at = to;
            const outputs = await service.outputs();
            const host = to.includes("domain") ? HOSTNAME : String(outputs.fqdn);
            const scheme = to.startsWith("Disabled") ? "http" : "https";
            expect(outputs.scoringUri).toBe(`${scheme}://${host}/score`);
        },
    );

    it("ends with a preview that shows no changes", async () => {
        use(states[at]);
        expect((await service.preview()).steps).toEqual([]);
    });
});

describe("after an update that failed", () => {
    const LABEL = /would move from contoso\w{6}\.westeurope\S+ to (\w+)\w{6}\.westeurope/;
    const tls = { mode: "SelfSigned" };

    beforeAll(async () => {
        use({ tls });
        expect((await service.up()).errors).toEqual([]);
        arm.broken.add(groups()[0]?.name ?? "");
        use({ tls, leafDomainLabel: "taken", overwriteExistingDomain: true });
        const { text, succeeded } = await service.up();
        expect(succeeded).toBe(false);
        expect(text).toContain("The image cannot be started.");
        arm.broken.clear();
    });

    it("refuses to change the name, to the one that failed or another, as clients still use the first", async () => {
        for (const leafDomainLabel of ["taken", "fabrikam"]) {
            use({ tls, leafDomainLabel });
            const { text, succeeded } = await service.preview();
            expect(succeeded).toBe(false);
            expect(LABEL.exec(text)?.[1]).toBe(leafDomainLabel);
        }
    });

    it("returns to the first name without overwriteExistingDomain", async () => {
        use({ tls });
        const preview = await service.preview();
        expect(preview.errors).toEqual([]);
        expect((await service.up()).errors).toEqual([]);
        expect((await service.outputs()).fqdn).toMatch(/^contoso\w{6}\./);
    });

    it("refuses other names again, before it changes anything", async () => {
        use({ tls, leafDomainLabel: "fabrikam" });
        const before = JSON.stringify(arm.resources());
        const { text, succeeded } = await service.up();
        expect(succeeded).toBe(false);
        expect(LABEL.exec(text)?.[1]).toBe("fabrikam");
        expect(JSON.stringify(arm.resources())).toBe(before);
    });
});
