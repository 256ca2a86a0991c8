import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome, TestProject } from "../../sandbox/testing/harness";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { ServedGroups } from "../../sandbox/testing/served-groups";
import { interruptedUpdate } from "../support/interrupted-update";
import { configure, createServiceStack, stackSettings } from "../support/service-stack";

const SERVING = "azure-secure-inference:index:ServingRevision";
const MONTH_SECONDS = 2_592_000;

/** What the drain adds to a TTL above 30 seconds: the age of a connection, the longest request, two more. */
const MORE_SECONDS = 30 + 1 + 2;

/** A service with a record of this TTL. Only TTLs below 31 seconds are part of a revision's contents. */
class Service {
    readonly served = new ServedGroups();
    private arm!: TestArm;
    project!: TestProject;
    private round = 0;

    /** @param network the second octet of the groups' addresses, which no sandbox and no other test uses */
    async open(network: number, ttl: number): Promise<void> {
        const containerGroupAddresses = `127.${network}.${1 + (process.pid % 200)}`;
        this.arm = await startArm({ runner: this.served, containerGroupAddresses });
        this.project = await createServiceStack(this.arm.instance, stackSettings("local"));
        configure(this.project, { "limits.maxQueueWaitMs": 100, "limits.scoringTimeoutMs": 400 });
        this.useTtl(ttl);
    }

    async close(): Promise<void> {
        await this.project?.abandon();
        await this.arm?.close();
    }

    useTtl(ttl: number): void {
        configure(this.project, { "dns.ttl": ttl });
    }

    /** Makes the next update create a revision. */
    changeContents(): void {
        configure(this.project, { "tags.round": String(++this.round) });
    }

    async up(): Promise<Outcome> {
        const outcome = await this.project.up();
        expect(outcome.errors).toEqual([]);
        return outcome;
    }

    /** Starts an update, and interrupts it when it begins to drain. Returns its output. */
    untilItDrains(): Promise<string> {
        return interruptedUpdate(this.project, { signal: "SIGINT", text: /keeps serving for \d+ seconds/ });
    }

    /** Until when an earlier TTL may count, by the state. NaN: there is none. */
    async cachedUntil(): Promise<number> {
        const { deployment } = JSON.parse(await this.project.rawState()) as {
            deployment: { resources: { type: string; outputs?: { cachedUntil?: string } }[] };
        };
        const serving = deployment.resources.find(({ type }) => type === SERVING);
        return Date.parse(serving?.outputs?.cachedUntil ?? "");
    }
}

/** How long an update lets the previous revision serve, in seconds. NaN: it does not drain. */
const drainIn = (output: string): number => Number(/keeps serving for (\d+) seconds/.exec(output)?.[1]);

// Port 443 of loopback addresses needs root. The tests depend on each other's order.
describe.skipIf(CANNOT_RUN)(titled("the TTL of a revision's record under the real engine"), () => {
    describe("that becomes shorter", () => {
        const service = new Service();
        beforeAll(() => service.open(1, 45));
        afterAll(() => service.close());

        it("does not delay an update that changes only the TTL", async () => {
            await service.up();
            service.useTtl(600);
            const { text, steps } = await service.up();
            expect(drainIn(text)).toBeNaN();
            expect(steps.filter(({ op }) => op === "update").map(({ type }) => type)).toContain(SERVING);
            expect(await service.cachedUntil()).toBeNaN();
        });

        it("is remembered until the old TTL has passed, and the next preview shows no changes", async () => {
            service.useTtl(31);
            const before = Date.now();
            expect(drainIn((await service.up()).text)).toBeNaN();
            const until = await service.cachedUntil();
            expect(until).toBeGreaterThanOrEqual(before + 600_000);
            expect(until).toBeLessThanOrEqual(Date.now() + 600_000);
            expect((await service.project.preview()).steps).toEqual([]);
            // An update without changes keeps it.
            await service.up();
            expect(await service.cachedUntil()).toBe(until);
        });

        it("counts only after that: the next revision drains for the rest of the old TTL", async () => {
            const until = await service.cachedUntil();
            service.changeContents();
            const longest = Math.ceil((until - Date.now()) / 1000);
            const seconds = drainIn(await service.untilItDrains());
            expect(seconds).toBeGreaterThan(31 + MORE_SECONDS);
            expect(seconds).toBeLessThanOrEqual(longest + MORE_SECONDS);
            // The interrupted update is repeated with all of its state.
            expect(await service.cachedUntil()).toBe(until);
        });
    });

    describe("of a month", () => {
        const service = new Service();
        beforeAll(() => service.open(2, MONTH_SECONDS));
        afterAll(() => service.close());

        it("is warned about at preview", async () => {
            expect((await service.project.preview()).warnings).toEqual([
                expect.stringMatching(
                    /TTL of the record 2592000, .*an update waits for at most 3600 seconds/,
                ),
            ]);
            await service.up();
        });

        it("lets the previous revision serve for an hour, and the update says why", async () => {
            service.changeContents();
            const output = await service.untilItDrains();
            expect(drainIn(output)).toBe(3_600);
            expect(output).toMatch(/warning: .*TTL of the record 2592000/);
            expect(service.served.answering()).toHaveLength(2);
        });
    });
});
