import { mkdtempSync, rmSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
    attachPublicIp,
    checkNotAttached,
    detachPublicIp,
} from "../../../control/arm/resource-types/public-ip-attachment";
import type { Resource } from "../../../control/state/resource";
import { Store } from "../../../control/state/store";

const ADDRESS = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/front";
const FRONT =
    "/subscriptions/s/resourceGroups/MC/providers/Microsoft.Network/loadBalancers/kubernetes/frontendIPConfigurations/a";

describe("a public IP address", () => {
    let folder: string;
    let store: Store;
    const address = () => store.get(ADDRESS) as Resource;

    beforeEach(() => {
        folder = mkdtempSync(path.join(os.tmpdir(), "attachment-"));
        store = new Store(path.join(folder, "resources.json"));
        store.put({
            id: ADDRESS,
            name: "front",
            type: "Microsoft.Network/publicIPAddresses",
            envelope: {},
            properties: {},
            hidden: { ip: "127.0.62.1", fqdn: "front.westeurope.cloudapp.azure.com" },
            provisioningState: "Succeeded",
            createdAt: "2026-01-01T00:00:00.000Z",
        });
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("is attached to one frontend at a time, and cannot be deleted while attached", () => {
        attachPublicIp(store, ADDRESS.toUpperCase(), FRONT);
        attachPublicIp(store, ADDRESS, FRONT);
        expect(() => attachPublicIp(store, ADDRESS, `${FRONT}b`)).toThrow(
            /already allocated to resource .*\/a\.$/,
        );
        expect(() => checkNotAttached(address())).toThrow(/still allocated to resource .*\/a\./);

        detachPublicIp(store, ADDRESS, `${FRONT}b`);
        expect(() => checkNotAttached(address())).toThrow();
        detachPublicIp(store, ADDRESS, FRONT);
        expect(() => checkNotAttached(address())).not.toThrow();
        expect(address().hidden).toEqual({ ip: "127.0.62.1", fqdn: "front.westeurope.cloudapp.azure.com" });
    });

    it("must exist to be attached", () => {
        expect(() => attachPublicIp(store, `${ADDRESS}s`, FRONT)).toThrow(/was not found/);
        expect(() => detachPublicIp(store, `${ADDRESS}s`, FRONT)).not.toThrow();
    });
});
