import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTransitioning } from "../../sandbox/control/state/resource";
import { eventually } from "../../sandbox/processes/wait";
import { installStandIns } from "../../sandbox/providers/install";
import { pulumiEngine } from "../../machine/engine";
import { type Outcome, TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import {
    HEALTHY_IMAGE,
    ILL_IMAGE,
    MISSING_IMAGE,
    NEXT_IMAGE,
    ServedGroups,
    SLOW_IMAGE,
} from "../../sandbox/testing/served-groups";

const REPOSITORY = path.resolve(__dirname, "../..");
const GROUP = "azure-native:containerinstance:ContainerGroup";
const RECORD = "azure-native:dns:RecordSet";
const REVISION = "random:index/randomString:RandomString";
const SERVING = "azure-secure-inference:index:ServingRevision";
const REACHED = "azure-secure-inference:index:ReachedAddress";
const COMPONENT = "azure-secure-inference:index:SecureAciInference";

interface State {
    deployment: { resources: StateResource[] };
}

interface StateResource {
    urn: string;
    type: string;
    inputs?: Record<string, unknown>;
    dependencies?: string[];
    propertyDependencies?: Record<string, string[]>;
}

const CANNOT_RUN =
    process.platform === "linux" && process.getuid?.() === 0
        ? undefined
        : "port 443 of loopback addresses needs Linux and root";

/** The program of stacks/ with its zone. One story: each test goes on from the last. */
describe.skipIf(CANNOT_RUN)(`revisions under the real engine${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`, () => {
    const served = new ServedGroups();
    let arm: TestArm;
    let service: TestProject;

    beforeAll(async () => {
        arm = await startArm({
            runner: served,
            // No sandbox has these, and no other run of this file.
            containerGroupAddresses: `127.0.${130 + (process.pid % 100)}`,
        });
        service = await TestProject.create({
            directory: REPOSITORY,
            configuration: readFileSync(path.join(REPOSITORY, "stacks", "Pulumi.local.yaml"), "utf8"),
            plugins: home => installStandIns(home, arm.instance),
        });
        await set("dns.ttl", "1");
        await set("limits.scoringTimeoutMs", "400");
    });

    afterAll(async () => {
        await service?.abandon();
        await arm?.close();
    });

    const set = (key: string, value: string): Promise<void> =>
        service.configure(`azure-secure-inference:${key}`, value);

    async function up(): Promise<Outcome> {
        const outcome = await service.up();
        expect(outcome.errors).toEqual([]);
        return outcome;
    }

    /** The names of the groups that there are. */
    const groups = (): string[] =>
        arm
            .resources()
            .filter(({ type }) => /containerGroups/i.test(type))
            .map(({ name }) => name);

    /** What the name leads to. */
    function target(): string {
        const record = arm.resources().find(({ type, name }) => /CNAME/i.test(type) && name === "score");
        return (record?.properties as { CNAMERecord: { cname: string } }).CNAMERecord.cname;
    }

    const fqdnOf = (group: string) => `${group.replace("iris-", "contoso")}.westeurope.azurecontainer.io`;

    /** Starts an update and ends it, and all that it started, when `moment` has come. */
    async function interrupted(signal: NodeJS.Signals, moment: () => boolean, text?: RegExp): Promise<void> {
        const engine = await pulumiEngine();
        const running = execa(engine.command, ["up", "--yes", "--skip-preview", "--non-interactive"], {
            cwd: service.directory,
            env: service.environment,
            stdin: "ignore",
            reject: false,
            all: true,
            detached: true,
        });
        let said = "";
        await new Promise<void>(resolve => {
            const poll = setInterval(() => {
                if (!moment() || (text && !text.test(said))) return;
                clearInterval(poll);
                resolve();
            }, 100);
            running.all.on("data", (part: Buffer) => (said += part.toString()));
            void running.then(() => resolve());
        });
        process.kill(-running.pid!, signal);
        expect((await running).failed).toBe(true);
        // The lock of a process that could not remove it.
        if (signal === "SIGKILL") await service.pulumi(["cancel", "--yes"]);
    }

    it("makes the name lead to a revision that answers, and has nothing to change right after", async () => {
        await up();
        const [group = ""] = groups();
        expect(groups()).toHaveLength(1);
        expect(group).toMatch(/^iris-[a-z0-9]{6}$/);
        expect(target()).toBe(fqdnOf(group));
        expect(await service.outputs()).toMatchObject({
            scoringUri: "https://score.contoso.test/score",
            fqdn: fqdnOf(group),
            dnsRecord: { type: "CNAME", value: fqdnOf(group), zone: "contoso.test" },
        });
        expect((await service.preview()).steps).toEqual([]);
    });

    it("keeps what a revision is known by out of the readable state", async () => {
        const state = JSON.parse(await service.rawState()) as {
            deployment: { resources: { type: string; inputs?: { keepers?: { serves: unknown } } }[] };
        };
        const revision = state.deployment.resources.find(({ type }) => type === REVISION);
        expect(JSON.stringify(revision?.inputs?.keepers)).toMatch(/"ciphertext"/);
    });

    it("shows a changed limit as the changed lines of another revision, and waits for nothing at preview", async () => {
        await set("limits.maxQueueWaitMs", "700");
        const preview = await service.preview("--diff");
        expect(preview.succeeded).toBe(true);
        expect(preview.text).toMatch(/- +timeout queue 500\n\s*\+ +timeout queue 700/);
        // Names alone are unknown before.
        expect(preview.text.match(/\[unknown\]/g)).toHaveLength(3);
        expect(preview.text).not.toMatch(/waiting until|keeps serving for|restarts/);
        expect(
            preview.steps
                .filter(({ op }) => ["create-replacement", "update"].includes(op))
                .map(({ type, op }) => `${op} ${type}`),
        ).toEqual([
            `create-replacement ${REVISION}`,
            `create-replacement ${GROUP}`,
            `update ${RECORD}`,
            `update ${SERVING}`,
        ]);
    });

    it("makes the new revision, moves the name, waits, and only then lets the old one go", async () => {
        const [old = ""] = groups();
        await set("model.image", NEXT_IMAGE);
        const started = Date.now();
        const { steps } = await up();
        const [group = ""] = groups();
        expect(groups()).toHaveLength(1);
        expect(group).not.toBe(old);
        expect(target()).toBe(fqdnOf(group));
        const order = steps
            .filter(({ type, op }) => [GROUP, RECORD, SERVING].includes(type) && op !== "replace")
            .map(({ type, op }) => `${op} ${type.slice(type.lastIndexOf(":") + 1)}`);
        expect(order).toEqual([
            "create-replacement ContainerGroup",
            "update RecordSet",
            "update ServingRevision",
            "delete-replaced ContainerGroup",
        ]);
        expect(served.log.slice(-2)).toEqual([`start ${group}`, `stop ${old}`]);
        // TTL, age of a connection, longest request, and a little.
        expect(Date.now() - started).toBeGreaterThan(6_000);
        expect((await service.preview()).steps).toEqual([]);
    });

    it("leaves the name and the old revision when the new one is never ready, and comes back to one", async () => {
        const [old = ""] = groups();
        await set("model.image", ILL_IMAGE);
        await set("revisionTimeoutSeconds", "3");
        const failed = await service.up();
        expect(failed.succeeded).toBe(false);
        expect(failed.text).toMatch(
            /DNS was not switched to the new revision\. The previous one is still serving score\.contoso\.test\. The new revision iris-\w{6} \(127\.\S+:443\) did not become ready: it was not ready after 3 seconds; last check: its model is not ready \(503 ServiceUnavailable\)/,
        );
        expect(target()).toBe(fqdnOf(old));
        expect((await service.outputs()).scoringUri).toBe("https://score.contoso.test/score");
        const [broken = ""] = groups().filter(name => name !== old);

        // The very contents of the old revision: a name made from them would be the old one's, which is about to be deleted.
        await set("model.image", NEXT_IMAGE);
        await up();
        const [group = ""] = groups();
        expect(groups()).toHaveLength(1);
        expect([old, broken]).not.toContain(group);
        expect(target()).toBe(fqdnOf(group));
        expect((await service.preview()).steps).toEqual([]);
        await set("revisionTimeoutSeconds", "60");
    });

    it("fails at once when Azure cannot get the image, and comes back to one", async () => {
        const [old = ""] = groups();
        await set("model.image", MISSING_IMAGE);
        const failed = await service.up();
        expect(failed.text).toMatch(/InaccessibleImage/);
        expect(target()).toBe(fqdnOf(old));
        await set("model.image", HEALTHY_IMAGE);
        await up();
        expect(groups()).toHaveLength(1);
    });

    it("waits again for clients of the old revision when it was interrupted in that", async () => {
        const [old = ""] = groups();
        await set("tags.round", "1");
        await interrupted("SIGINT", () => target() !== fqdnOf(old), /keeps serving for/);
        expect(groups()).toContain(old);
        const next = await up();
        expect(next.text).toMatch(/keeps serving for 6 seconds/);
        expect(groups()).toHaveLength(1);
        expect(groups()).not.toContain(old);
    });

    it("converges when it was killed before the name moved", async () => {
        const [old = ""] = groups();
        await set("tags.round", "2");
        await interrupted("SIGKILL", () => groups().length === 2, /waiting until/);
        expect(groups()).toContain(old);
        await up();
        expect(groups()).toHaveLength(1);
        expect(target()).toBe(fqdnOf(groups()[0]!));
    });

    it("converges when it was interrupted while Azure made the new revision", async () => {
        const [old = ""] = groups();
        await set("model.image", SLOW_IMAGE);
        await interrupted("SIGINT", () => groups().length === 2);
        expect(target()).toBe(fqdnOf(old));
        // Azure goes on, and tells who asks meanwhile to come back later.
        expect(await eventually(() => !arm.resources().some(isTransitioning), 30_000)).toBe(true);
        await up();
        expect(groups()).toHaveLength(1);
        await set("model.image", HEALTHY_IMAGE);
        await up();
    });

    it("says that a revision restarts when somebody else has changed it", async () => {
        const [group = ""] = groups();
        const relative = `/resourceGroups/inference-local/providers/Microsoft.ContainerInstance/containerGroups/${group}`;
        const { body } = await arm.request("GET", relative, "2023-05-01");
        const changed = { ...(body as object), tags: { owner: "somebody" } };
        expect((await arm.request("PUT", relative, "2023-05-01", changed)).status).toBeLessThan(300);
        await service.refresh();
        const preview = await service.preview();
        expect(preview.steps.map(({ op, type }) => [op, type])).toEqual([["update", GROUP]]);
        expect(preview.text).toMatch(/restarts the container group.*changed outside of this stack/s);
        await set("tags.round", "3");
        await up();
        expect(groups()).toHaveLength(1);
        expect(groups()).not.toContain(group);
    });

    it("takes over from a group of the time before there were revisions, whose name was Azure's for good", async () => {
        const [old = ""] = groups();
        const state = JSON.parse(await service.rawState()) as State;
        forgetRevisions(state, fqdnOf(old));
        await service.pulumi(["stack", "import"], JSON.stringify(state));
        const { steps, text } = await up();
        const [group = ""] = groups();
        expect(groups()).toHaveLength(1);
        expect(group).not.toBe(old);
        expect(target()).toBe(fqdnOf(group));
        expect(steps.filter(({ type }) => type === GROUP).map(({ op }) => op)).toEqual([
            "create-replacement",
            "replace",
            "delete-replaced",
        ]);
        expect(text).toMatch(/keeps serving for 6 seconds/);
        expect(served.log.slice(-2)).toEqual([`start ${group}`, `stop ${old}`]);
        expect((await service.preview()).steps).toEqual([]);
    });

    /** Makes of it what an earlier version left: group and record, and nothing that tells one revision from another. */
    function forgetRevisions({ deployment }: State, fqdn: string): void {
        const forgotten = deployment.resources.filter(({ type }) =>
            [REVISION, SERVING, REACHED].includes(type),
        );
        expect(forgotten).toHaveLength(3);
        const left = (urn: string) => !forgotten.some(one => one.urn === urn);
        deployment.resources = deployment.resources.filter(({ urn }) => left(urn));
        for (const resource of deployment.resources) {
            resource.dependencies = resource.dependencies?.filter(left);
            for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
                resource.propertyDependencies![property] = urns.filter(left);
            }
            if (resource.type === COMPONENT) resource.inputs = { fqdn, hostname: "score.contoso.test" };
        }
    }

    it("destroys all that it made", async () => {
        expect((await service.destroy()).errors).toEqual([]);
        expect(arm.resources()).toEqual([]);
        expect(served.answering()).toEqual([]);
    });
});
