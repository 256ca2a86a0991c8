import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { ILL_IMAGE, ServedGroups } from "../../sandbox/testing/served-groups";
import { OpensslWorkspace } from "../support/openssl";
import { configure, createServiceStack, type Settings, stackSettings } from "../support/service-stack";

const OLD_NAME = "score.contoso.test";
const NEW_NAME = "rating.contoso.test";

/**
 * Which revisions DNS is switched to with TlsMode.Auto by HTTP-01 in a zone. The fronts serve what is in the certificate store
 * when they start; there is no authority. The tests depend on each other's order. Port 443 of loopback addresses needs root.
 */
describe.skipIf(CANNOT_RUN)(titled("the gate under the real engine, with HTTP-01 in a zone"), () => {
    const served = new ServedGroups();
    const workspace = new OpensslWorkspace();
    let arm: TestArm;
    let service: TestProject;

    beforeAll(async () => {
        arm = await startArm({
            runner: served,
            // No sandbox uses these addresses, and no other test.
            containerGroupAddresses: `127.3.${1 + (process.pid % 200)}`,
        });
        service = await createServiceStack(arm.instance, stackSettings("local"));
        set({
            tls: { mode: "Auto", hostname: OLD_NAME, acme: { challenge: "Http01", waitSeconds: 0 } },
            "dns.ttl": 1,
            "limits.maxQueueWaitMs": 100,
            "limits.scoringTimeoutMs": 400,
        });
    });

    afterAll(async () => {
        await service?.abandon();
        await arm?.close();
        workspace.close();
    });

    const set = (settings: Settings): void => configure(service, settings);

    /** The targets of the CNAME records by their names in the zone. */
    const records = (): Record<string, string> =>
        Object.fromEntries(
            arm
                .resources()
                .filter(({ type }) => /CNAME/i.test(type))
                .map(({ name, properties }) => [
                    name,
                    (properties as { CNAMERecord: { cname: string } }).CNAMERecord.cname,
                ]),
        );

    it("switches a new name to the placeholder, because nothing can be issued before", async () => {
        expect((await service.up()).errors).toEqual([]);
        expect(Object.keys(records())).toEqual(["score"]);
    });

    it("never switches a live name to the placeholder, and the previous revision keeps serving", async () => {
        const before = records();
        set({ "tags.round": "1", revisionTimeoutSeconds: 5 });
        const { succeeded, text } = await service.up();
        expect(succeeded).toBe(false);
        expect(text).toMatch(/it was not ready after 5 seconds; last check: it serves the placeholder/);
        expect(text).toMatch(/--container-name iris, az container logs .* --container-name issuer/);
        expect(records()).toEqual(before);
        expect(served.answering()).toHaveLength(2);
    });

    it("switches a live name to a certificate for it", async () => {
        const before = records();
        const { certificate, key } = workspace.leaf(workspace.root(), [`DNS:${OLD_NAME}`]);
        served.stored = certificate + key;
        set({ "tags.round": "2", revisionTimeoutSeconds: 60 });
        expect((await service.up()).errors).toEqual([]);
        expect(records()).not.toEqual(before);
    });

    it("does not create the record of a changed host name while the model is not ready", async () => {
        const before = records();
        const { image } = stackSettings("local").model as { image: string };
        set({ "tls.hostname": NEW_NAME, overwriteExistingDomain: true, revisionTimeoutSeconds: 5 });
        set({ "model.image": ILL_IMAGE });
        expect((await service.up()).text).toMatch(
            /The DNS record rating\.contoso\.test was not created\..* its model is not ready/,
        );
        expect(records()).toEqual(before);
        set({ "model.image": image, revisionTimeoutSeconds: 60 });
    });

    it("creates the record of a changed host name over the certificate of the previous one, which it deletes last", async () => {
        const { errors, steps } = await service.up();
        expect(errors).toEqual([]);
        expect(Object.keys(records())).toEqual(["rating"]);
        expect(served.answering()).toHaveLength(1);
        const changes = steps
            .filter(({ type, op }) => /RecordSet|ServingRevision/.test(type) && op !== "replace")
            .map(({ type, op }) => `${op} ${type.slice(type.lastIndexOf(":") + 1)}`);
        expect(changes).toEqual([
            "create-replacement RecordSet",
            "update ServingRevision",
            "delete-replaced RecordSet",
        ]);
    });
});
