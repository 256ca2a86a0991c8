import { expect, it } from "vitest";
import { idleMinutes } from "../../../components/aks/load-balancer";

const model = (scoringTimeoutMs: number) => ({
    requestLimits: { maxConcurrentRequests: 1, maxQueueWaitMs: 500, scoringTimeoutMs, maxBodyBytes: 1 },
});

it.each([
    [4, [60_000]],
    [4, [179_500]],
    [5, [180_000]],
    [7, [1_000, 300_000]],
    [30, [86_400_000]],
])("the load balancer keeps idle connections for %i minutes with scoring times of %j ms", (minutes, times) =>
    expect(idleMinutes(times.map(model))).toBe(minutes),
);
