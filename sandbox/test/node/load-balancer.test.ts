import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runningDaemon } from "../../processes/daemon";
import { sendSignal } from "../../processes/processes";
import { sandboxUp } from "../../lifecycle/sandbox";
import { eventually } from "../../processes/wait";
import { all, type AzureClients, azureClients, LOCATION, refusal } from "../../testing/azure-clients";
import { startLoad } from "../../testing/load";
import { BalancerStage, score, type Score } from "./load-balancer-stage";
import { importModelImages, NEXT_MODEL_IMAGE } from "../../testing/model-image";
import { testSandbox } from "../../testing/test-sandbox";

const hasNode = process.platform === "linux" && process.getuid?.() === 0;
const instance = testSandbox();

const GROUP = "load-balancer-test";
const LABEL = `balanced-${process.pid}`;
const NAME = `${LABEL}.${LOCATION}.cloudapp.azure.com`;
/** Without the measures in control/load-balancer/configuration.ts, one of a few reloads loses a connection. */
const RELOADS = 30;
const CLIENTS = 20;
const FRONT = { "pip-name": "front", "load-balancer-resource-group": GROUP };

describe.skipIf(!hasNode)("the load balancer of Services (needs Linux and root)", () => {
    let stage: BalancerStage;
    let azure: AzureClients;
    let address: string;

    beforeAll(async () => {
        await sandboxUp(instance);
        await importModelImages(instance);
        azure = azureClients(instance);
        await azure.resources.resourceGroups.createOrUpdate(GROUP, { location: LOCATION });
        address = await publicIp("front", { domainNameLabel: LABEL });
        stage = new BalancerStage(instance);
        await stage.open(2);
    });
    afterAll(async () => {
        await stage?.close();
        await azure?.resources.resourceGroups.beginDeleteAndWait(GROUP);
    });

    it("assigns the public IP address named by an annotation, which then cannot be deleted", async () => {
        await stage.service("front", FRONT);
        expect(await stage.address("front")).toBe(address);
        expect((await stage.read("front")).status?.loadBalancer?.ingress).toEqual([
            { ip: address, ipMode: "Proxy" },
        ]);
        const { ipConfiguration } = await azure.network.publicIPAddresses.get(GROUP, "front");
        expect(ipConfiguration?.id).toMatch(
            /\/Microsoft\.Network\/loadBalancers\/kubernetes\/frontendIPConfigurations\/a[0-9a-f]{31}$/,
        );
        expect(await refusal(azure.network.publicIPAddresses.beginDelete(GROUP, "front"))).toMatchObject({
            statusCode: 400,
            code: "PublicIPAddressCannotBeDeleted",
        });
        // An update of the public IP address keeps the attachment.
        await publicIp("front", { domainNameLabel: LABEL });
        const after = await azure.network.publicIPAddresses.get(GROUP, "front");
        expect(after.ipConfiguration?.id).toBe(ipConfiguration?.id);
    });

    it("distributes requests to the DNS name over all replicas", async () => {
        expect(await stage.scoreByName(NAME)).toMatchObject({ model: "iris", version: "1" });
        const answers = await Promise.all([1, 2, 3, 4].map(() => score(address)));
        expect(new Set(answers.map(({ pod }) => pod)).size).toBe(2);
    });

    it("loses no request while the model is scaled up, updated and scaled down", async () => {
        const workers = haproxyWorkers();
        const common = { url: `http://${NAME}/score`, resolve: address, body: "{}" };
        const kept = await startLoad({ ...common, rate: 50, idleConnections: 1 });
        const fresh = await startLoad({ ...common, rate: 50, keepAlive: false });
        await stage.deploy({ replicas: 4 });
        await stage.deploy({ image: NEXT_MODEL_IMAGE });
        await stage.deploy({ replicas: 2 });
        for (const report of [await kept.stop(), await fresh.stop()]) {
            expect(report.firstFailures).toEqual([]);
            expect(report.failed).toHaveLength(0);
            expect(report.requests).toBeGreaterThan(100);
            const answers = [...report.bodies.keys()].map(body => JSON.parse(body) as Score);
            expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(["1", "2"]));
            console.log(`${report.requests} requests, ${answers.length} replicas,`, report.latencies);
        }
        // The changes of pods reached HAProxy as commands, without a new process.
        expect(haproxyWorkers()).toEqual(workers);
    });

    it("loses no connection while HAProxy is reloaded for other listeners", async () => {
        let ended = false;
        const failures: unknown[] = [];
        let requests = 0;
        // Without pauses, so that at each reload some connections have no server yet.
        const clients = Array.from({ length: CLIENTS }, async () => {
            while (!ended)
                await score(address)
                    .catch(error => failures.push(error))
                    .then(() => requests++);
        });
        const seen = new Set([haproxyWorkers()]);
        for (let count = 0; count < RELOADS; count++) {
            sendSignal(runningDaemon(instance, "haproxy")!, "SIGUSR2");
            const replaced = () => /^\d+$/.test(haproxyWorkers()) && !seen.has(haproxyWorkers());
            expect(await eventually(replaced, 5_000)).toBe(true);
            seen.add(haproxyWorkers());
        }
        ended = true;
        await Promise.all(clients);
        expect(failures).toEqual([]);
        console.log(`${requests} connections during ${RELOADS} reloads`);
    });

    it("refuses connections while no pod is ready", async () => {
        await stage.service("empty", FRONT, { port: 81, selector: "empty" });
        expect(await stage.address("empty")).toBe(address);
        await expect(score(address, { port: 81 })).rejects.toThrow(/ECONNRESET|hang up/);
        await stage.deleteService("empty");
    });

    it("reports in an event why a Service has no address, and assigns one when the reason ends", async () => {
        await stage.service("early", { ...FRONT, "pip-name": "late" });
        expect(await stage.event("early", "SyncLoadBalancerFailed")).toBe(
            `Error syncing load balancer: failed to ensure load balancer: public IP late was not found in resource group ${GROUP}`,
        );
        const late = await publicIp("late");
        expect(await stage.address("early")).toBe(late);
        await stage.deleteService("early");
        // Without a wait: the deletion of a Service ends after the release of its address.
        await azure.network.publicIPAddresses.beginDeleteAndWait(GROUP, "late");

        await stage.service("second", FRONT);
        expect(await stage.event("second", "SyncLoadBalancerFailed")).toContain(
            `a port of ${address} that this Service uses belongs to Service ${stage.namespace}/front`,
        );
        await stage.deleteService("second");

        await publicIp("basic", {}, "Basic");
        await stage.service("basic", { ...FRONT, "pip-name": "basic" });
        expect(await stage.event("basic", "SyncLoadBalancerFailed")).toContain("PublicIPAndLBSkuDoNotMatch");
        await stage.deleteService("basic");
    });

    it("creates a public IP address for a Service that names none, and deletes it with the Service", async () => {
        await stage.service("own", {});
        const own = await stage.address("own");
        const addresses = async () =>
            (await all(azure.network.publicIPAddresses.listAll())).filter(
                ({ ipAddress }) => ipAddress === own,
            );
        expect(await addresses()).toMatchObject([
            { tags: { "k8s-azure-service": `${stage.namespace}/own` } },
        ]);

        sendSignal(runningDaemon(instance, "control")!, "SIGKILL");
        await eventually(() => runningDaemon(instance, "control") === undefined, 10_000);
        await sandboxUp(instance);
        expect(await stage.address("own")).toBe(own);
        expect(await score(own)).toMatchObject({ model: "iris" });

        await stage.changeType("own", "ClusterIP");
        expect(await eventually(async () => (await addresses()).length === 0, 10_000)).toBe(true);
        await expect(score(own)).rejects.toThrow("ECONNREFUSED");
    });

    it("assigns internal addresses, and accepts only clients in the allowed ranges", async () => {
        await stage.service("inside", {
            "load-balancer-internal": "true",
            "load-balancer-internal-subnet": "models",
            "allowed-ip-ranges": "127.0.0.8/30, 192.0.2.0/24",
        });
        const internal = await stage.address("inside");
        expect(internal).toContain(`${instance.internalLoadBalancerAddresses}.`);
        expect(await stage.event("inside", "EnsuredLoadBalancer")).toContain("in subnet models");
        expect(await score(internal, { from: "127.0.0.9" })).toMatchObject({ model: "iris" });
        await expect(score(internal, { from: "127.0.0.12" })).rejects.toThrow(/ECONNRESET|hang up/);
    });

    /** Creates a public IP address and returns the address. */
    async function publicIp(name: string, dnsSettings = {}, sku = "Standard"): Promise<string> {
        const { ipAddress } = await azure.network.publicIPAddresses.beginCreateOrUpdateAndWait(GROUP, name, {
            location: LOCATION,
            sku: { name: sku },
            publicIPAllocationMethod: "Static",
            ...(Object.keys(dnsSettings).length > 0 && { dnsSettings }),
        });
        return ipAddress!;
    }

    function haproxyWorkers(): string {
        const master = runningDaemon(instance, "haproxy");
        return readFileSync(`/proc/${master}/task/${master}/children`, "utf8").trim();
    }
});
