import { Resolver } from "node:dns/promises";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type AzureClients, azureClients, ControlProcess, LOCATION } from "../../testing/azure-clients";

/** The control plane of this test file. Set before the first test. */
export let control: ControlProcess;
/** Microsoft's clients of this control plane. */
export let azure: AzureClients;
/** Resolves names with the DNS server of this control plane. */
export let resolver: Resolver;

/** Starts a control plane without Kubernetes for the tests of a file. Each test has the resource group `clients`. */
export function useControlPlane(): void {
    beforeAll(async () => {
        control = await ControlProcess.start();
        azure = azureClients(control.instance);
        resolver = new Resolver();
        resolver.setServers([`${control.instance.dns.address}:${control.instance.dns.port}`]);
    });
    afterAll(() => control.stop());
    beforeEach(async () => {
        await azure.resources.resourceGroups.createOrUpdate("clients", { location: LOCATION });
    });
}
