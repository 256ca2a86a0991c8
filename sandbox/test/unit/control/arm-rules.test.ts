import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { freeAddress } from "../../../control/networks/address-pool";
import { operationStatus } from "../../../control/arm/operations";
import { checkPreconditions } from "../../../control/arm/preconditions";
import { fullType, parseArmAddress } from "../../../control/arm/resource-id";
import { publicName } from "../../../control/networks/public-names";
import type { ProvisioningState, Resource } from "../../../control/state/resource";
import { type Operation, Store } from "../../../control/state/store";

const resource = (
    provisioningState: ProvisioningState,
    createdAt = "2026-01-01T00:00:00.000Z",
): Resource => ({
    id: "/subscriptions/s/resourceGroups/G",
    name: "G",
    type: "Microsoft.Resources/resourceGroups",
    envelope: {},
    properties: {},
    hidden: {},
    provisioningState,
    createdAt,
});

describe("an ARM address", () => {
    it("ignores the case of its fixed parts, and keeps the case of names", () => {
        const address = parseArmAddress(
            "/SUBSCRIPTIONS/s/ResourceGroups/My-Group/PROVIDERS/microsoft.network/DnsZones/Contoso.com/a/www",
        );
        expect(address).toMatchObject({
            subscription: "s",
            resourceGroup: "My-Group",
            names: ["Contoso.com", "www"],
        });
        expect(fullType(address)).toBe("microsoft.network/dnszones/a");
    });

    it("must start with a subscription", () => expect(() => parseArmAddress("/tenants")).toThrow());
});

describe("preconditions", () => {
    it.each([
        [{ ifMatch: "a" }, "a"],
        [{ ifMatch: '"a"' }, "a"],
        [{ ifMatch: "*" }, "a"],
        [{ ifMatch: "b, a" }, "a"],
        [{ ifNoneMatch: "*" }, undefined],
        [{ ifNoneMatch: "b" }, "a"],
        [{}, undefined],
    ])("%j are met by the ETag %s", (conditions, etag) =>
        expect(() => checkPreconditions(conditions, etag)).not.toThrow(),
    );

    it.each([
        [{ ifMatch: "b" }, "a"],
        [{ ifMatch: "*" }, undefined],
        [{ ifNoneMatch: "*" }, "a"],
        [{ ifNoneMatch: "a" }, "a"],
    ])("%j are not met by the ETag %s", (conditions, etag) => {
        expect(() => checkPreconditions(conditions, etag)).toThrow(/not satisfied/);
    });
});

describe("an operation", () => {
    const operation = (kind: Operation["kind"]): Operation => ({
        id: "o",
        resourceId: "/x",
        kind,
        startedAt: "2026-01-01T00:01:00.000Z",
    });

    it.each<[Operation["kind"], Resource | undefined, string]>([
        ["put", resource("Creating"), "InProgress"],
        ["put", resource("Succeeded"), "Succeeded"],
        ["put", resource("Failed"), "Failed"],
        ["put", undefined, "Failed"],
        ["delete", resource("Deleting"), "InProgress"],
        ["delete", undefined, "Succeeded"],
        ["delete", resource("Failed"), "Failed"],
        ["delete", resource("Creating", "2026-01-01T00:02:00.000Z"), "Succeeded"],
    ])("of kind %s derives its status from its resource", (kind, state, status) => {
        expect(operationStatus(operation(kind), state)).toBe(status);
    });
});

describe("addresses", () => {
    it("are assigned in order, so that a released one is reused last", () => {
        expect(freeAddress("127.0.61", new Set(), undefined)).toBe("127.0.61.1");
        expect(freeAddress("127.0.61", new Set(), "127.0.61.1")).toBe("127.0.61.2");
        expect(freeAddress("127.0.61", new Set(["127.0.61.1"]), "127.0.61.254")).toBe("127.0.61.2");
    });

    it("are limited to 254", () => {
        const all = new Set(Array.from({ length: 254 }, (_, index) => `127.0.61.${index + 1}`));
        expect(() => freeAddress("127.0.61", all, undefined)).toThrow(/254/);
    });
});

describe("public names", () => {
    const owner = { tenant: "t", subscription: "s", resourceGroup: "g" };
    const name = (scope: Parameters<typeof publicName>[2], other: Partial<typeof owner> = {}) =>
        publicName("Iris", "westeurope.azurecontainer.io", scope, { ...owner, ...other });

    it("consist of label and region for the scope Unsecure", () => {
        expect(name("Unsecure")).toBe("iris.westeurope.azurecontainer.io");
    });

    it("contain a hash of the owner that may reuse the label", () => {
        expect(name("TenantReuse", { subscription: "x" })).toBe(name("TenantReuse"));
        expect(name("TenantReuse", { tenant: "x" })).not.toBe(name("TenantReuse"));
        expect(name("SubscriptionReuse", { resourceGroup: "x" })).toBe(name("SubscriptionReuse"));
        expect(name("SubscriptionReuse", { subscription: "x" })).not.toBe(name("SubscriptionReuse"));
        expect(name("ResourceGroupReuse", { resourceGroup: "G" })).toBe(name("ResourceGroupReuse"));
        expect(name("ResourceGroupReuse", { resourceGroup: "x" })).not.toBe(name("ResourceGroupReuse"));
        expect(name("NoReuse")).not.toBe(name("NoReuse"));
    });
});

describe("the store", () => {
    it("ignores the case of ids, reads its file again, and leaves no temporary files", () => {
        const folder = mkdtempSync(path.join(os.tmpdir(), "store-"));
        try {
            const file = path.join(folder, "resources.json");
            const store = new Store(file);
            store.put(resource("Succeeded"));
            store.put({
                ...resource("Succeeded"),
                id: "/subscriptions/s/resourceGroups/G/providers/N/t/x",
                type: "N/t",
            });
            const again = new Store(file);
            expect(again.get("/SUBSCRIPTIONS/S/resourcegroups/g")?.name).toBe("G");
            expect(again.below("/subscriptions/s/resourcegroups/g").map(({ type }) => type)).toEqual(["N/t"]);
            again.delete("/subscriptions/S/resourceGroups/G/providers/n/T/X");
            expect(new Store(file).all()).toHaveLength(1);
            expect(readdirSync(folder)).toEqual(["resources.json"]);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
