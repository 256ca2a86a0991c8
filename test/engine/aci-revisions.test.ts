import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTransitioning } from "../../sandbox/control/state/resource";
import { eventually } from "../../sandbox/processes/wait";
import type { Outcome, TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import {
    HEALTHY_IMAGE,
    ILL_IMAGE,
    MISSING_IMAGE,
    NEXT_IMAGE,
    ServedGroups,
    SLOW_IMAGE,
} from "../../sandbox/testing/served-groups";
import { FULL } from "../../sandbox/testing/full";
import { interruptedUpdate } from "../support/interrupted-update";
import { configure, createServiceStack, type Settings, stackSettings } from "../support/service-stack";

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

/** The drain of these settings in seconds: TTL, connection age, longest request (rounded up) and two more. */
const DRAIN_SECONDS = 6;

/** The program in stacks/ with its zone. The tests depend on each other's order. Port 443 of loopback addresses needs root. */
describe.skipIf(CANNOT_RUN)(titled("revisions under the real engine"), () => {
    const served = new ServedGroups();
    let arm: TestArm;
    let service: TestProject;

    beforeAll(async () => {
        arm = await startArm({
            runner: served,
            // No sandbox uses these addresses, and no other run of this file.
            containerGroupAddresses: `127.0.${130 + (process.pid % 100)}`,
        });
        service = await createServiceStack(arm.instance, stackSettings("local"));
        set({ "dns.ttl": 1, "limits.scoringTimeoutMs": 400 });
    });

    afterAll(async () => {
        await service?.abandon();
        await arm?.close();
    });

    const set = (settings: Settings): void => configure(service, settings);

    async function up(): Promise<Outcome> {
        const outcome = await service.up();
        expect(outcome.errors).toEqual([]);
        return outcome;
    }

    /** The names of all container groups. */
    const groups = (): string[] =>
        arm
            .resources()
            .filter(({ type }) => /containerGroups/i.test(type))
            .map(({ name }) => name);

    /** The target of the CNAME record. */
    function target(): string {
        const record = arm.resources().find(({ type, name }) => /CNAME/i.test(type) && name === "score");
        return (record?.properties as { CNAMERecord: { cname: string } }).CNAMERecord.cname;
    }

    const fqdnOf = (group: string) => `${group.replace("iris-", "contoso")}.westeurope.azurecontainer.io`;

    it("points the CNAME at a revision that answers, and the next preview shows no changes", async () => {
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

    it("encrypts the contents that identify a revision in the state", async () => {
        const state = JSON.parse(await service.rawState()) as {
            deployment: { resources: { type: string; inputs?: { keepers?: { serves: unknown } } }[] };
        };
        const revision = state.deployment.resources.find(({ type }) => type === REVISION);
        expect(JSON.stringify(revision?.inputs?.keepers)).toMatch(/"ciphertext"/);
    });

    it("shows a changed limit at preview as the changed lines of a new revision, without waiting", async () => {
        set({ "limits.maxQueueWaitMs": 700 });
        const preview = await service.preview("--diff");
        expect(preview.succeeded).toBe(true);
        expect(preview.text).toMatch(/- +timeout queue 500\n\s*\+ +timeout queue 700/);
        // Only the new names are unknown at preview.
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

    it("creates the new revision, moves the CNAME, drains, and then deletes the old revision", async () => {
        const [old = ""] = groups();
        set({ "model.image": NEXT_IMAGE });
        const update = up();
        expect(await eventually(() => target() !== fqdnOf(old), 60_000)).toBe(true);
        const moved = Date.now();
        const { steps } = await update;
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
        // Measured from the poll that noticed the move, so up to two seconds short. Without a drain it is less than a second.
        expect(served.lastStop - moved).toBeGreaterThan((DRAIN_SECONDS - 2) * 1000);
        expect((await service.preview()).steps).toEqual([]);
    });

    it("keeps CNAME and old revision when the new one is never ready, and the next update leaves one revision", async () => {
        const [old = ""] = groups();
        set({ "model.image": ILL_IMAGE });
        set({ revisionTimeoutSeconds: 3 });
        const failed = await service.up();
        expect(failed.succeeded).toBe(false);
        expect(failed.text).toMatch(
            /DNS was not switched to the new revision\. The previous one is still serving score\.contoso\.test\. The new revision iris-\w{6} \(127\.\S+:443\) did not become ready: it was not ready after 3 seconds; last check: its model is not ready \(503 ServiceUnavailable\)/,
        );
        expect(target()).toBe(fqdnOf(old));
        expect((await service.outputs()).scoringUri).toBe("https://score.contoso.test/score");
        const [broken = ""] = groups().filter(name => name !== old);

        // The contents of the old revision again: the new name must differ from that of the group that is about to be deleted.
        set({ "model.image": NEXT_IMAGE });
        await up();
        const [group = ""] = groups();
        expect(groups()).toHaveLength(1);
        expect([old, broken]).not.toContain(group);
        expect(target()).toBe(fqdnOf(group));
        expect((await service.preview()).steps).toEqual([]);
        set({ revisionTimeoutSeconds: 60 });
    });

    it.runIf(FULL)(
        "fails at once when Azure cannot pull the image, and the next update leaves one revision",
        async () => {
            const [old = ""] = groups();
            set({ "model.image": MISSING_IMAGE });
            const failed = await service.up();
            expect(failed.text).toMatch(/InaccessibleImage/);
            expect(target()).toBe(fqdnOf(old));
            set({ "model.image": HEALTHY_IMAGE });
            await up();
            expect(groups()).toHaveLength(1);
        },
    );

    it.runIf(FULL)("drains again when an update was interrupted while it drained", async () => {
        const [old = ""] = groups();
        set({ "tags.round": "1" });
        await interruptedUpdate(service, {
            signal: "SIGINT",
            moment: () => target() !== fqdnOf(old),
            text: /keeps serving for/,
        });
        expect(groups()).toContain(old);
        const next = await up();
        expect(next.text).toMatch(/keeps serving for 6 seconds/);
        expect(groups()).toHaveLength(1);
        expect(groups()).not.toContain(old);
    });

    it("converges after it was killed before the CNAME moved", async () => {
        const [old = ""] = groups();
        set({ "tags.round": "2" });
        await interruptedUpdate(service, {
            signal: "SIGKILL",
            moment: () => groups().length === 2,
            text: /waiting until/,
        });
        expect(groups()).toContain(old);
        await up();
        expect(groups()).toHaveLength(1);
        expect(target()).toBe(fqdnOf(groups()[0]!));
    });

    it.runIf(FULL)("converges after it was interrupted while Azure created the new revision", async () => {
        const [old = ""] = groups();
        set({ "model.image": SLOW_IMAGE });
        await interruptedUpdate(service, { signal: "SIGINT", moment: () => groups().length === 2 });
        expect(target()).toBe(fqdnOf(old));
        // Azure continues and rejects other changes until it has finished.
        expect(await eventually(() => !arm.resources().some(isTransitioning), 30_000)).toBe(true);
        await up();
        expect(groups()).toHaveLength(1);
        set({ "model.image": HEALTHY_IMAGE });
        await up();
    });

    it.runIf(FULL)("warns that a revision restarts when it was changed outside of the stack", async () => {
        const [group = ""] = groups();
        const relative = `/resourceGroups/inference-local/providers/Microsoft.ContainerInstance/containerGroups/${group}`;
        const { body } = await arm.request("GET", relative, "2023-05-01");
        const changed = { ...(body as object), tags: { owner: "somebody" } };
        expect((await arm.request("PUT", relative, "2023-05-01", changed)).status).toBeLessThan(300);
        await service.refresh();
        const preview = await service.preview();
        expect(preview.steps.map(({ op, type }) => [op, type])).toEqual([["update", GROUP]]);
        expect(preview.text).toMatch(/restarts the container group.*changed outside of this stack/s);
        set({ "tags.round": "3" });
        await up();
        expect(groups()).toHaveLength(1);
        expect(groups()).not.toContain(group);
    });

    it.runIf(FULL)("replaces a container group of a version without revisions", async () => {
        const [old = ""] = groups();
        const state = JSON.parse(await service.rawState()) as State;
        removeRevisions(state, fqdnOf(old));
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

    /** Turns the state into that of a version without revisions: a group and a record only. */
    function removeRevisions({ deployment }: State, fqdn: string): void {
        const removed = deployment.resources.filter(({ type }) =>
            [REVISION, SERVING, REACHED].includes(type),
        );
        expect(removed).toHaveLength(3);
        const remains = (urn: string) => !removed.some(one => one.urn === urn);
        deployment.resources = deployment.resources.filter(({ urn }) => remains(urn));
        for (const resource of deployment.resources) {
            resource.dependencies = resource.dependencies?.filter(remains);
            for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
                resource.propertyDependencies![property] = urns.filter(remains);
            }
            if (resource.type === COMPONENT) resource.inputs = { fqdn, hostname: "score.contoso.test" };
        }
    }

    it("destroys all its resources", async () => {
        expect((await service.destroy()).errors).toEqual([]);
        expect(arm.resources()).toEqual([]);
        expect(served.answering()).toEqual([]);
    });
});
