import { describe, expect, it } from "vitest";
import { awaiterOf } from "../../../../providers/kubernetes/await/awaiters";
import { labelSelector } from "../../../../providers/kubernetes/await/selector";
import { type Kind, parseToken } from "../../../../providers/kubernetes/discovery";
import type { Properties } from "../../../../providers/protocol/values";

function progress(token: string, object: Properties, ...related: Properties[][]) {
    const awaiter = awaiterOf(parseToken(`kubernetes:${token}`) as Kind, object);
    return awaiter?.progress({ metadata: { name: "a", generation: 2 }, ...object }, related) ?? "no awaiter";
}

const failingPod: Properties = {
    metadata: { name: "a-1", namespace: "n" },
    status: {
        conditions: [{ type: "PodScheduled", status: "True" }],
        containerStatuses: [
            {
                name: "web",
                ready: false,
                state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "x"' } },
            },
        ],
    },
};

describe("a Deployment", () => {
    const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    const conditions = [{ type: "Available", status: "True" }];
    const deployment = (more: Properties) => ({
        spec: { replicas: 2 },
        status: { ...status, conditions, ...more },
    });
    const state = (more: Properties, pods: Properties[] = []) =>
        progress("apps/v1:Deployment", deployment(more), pods);

    it("is ready when all replicas are updated and available, and no old replica exists", () => {
        expect(state({})).toEqual({ state: "ready", reasons: [] });
        const unready: Properties[] = [
            { observedGeneration: 1 },
            { updatedReplicas: 1 },
            { replicas: 3 },
            { availableReplicas: 1 },
            { conditions: [] },
        ];
        for (const more of unready) expect(state(more)).toMatchObject({ state: "waiting" });
        const none = { spec: { replicas: 0 }, status: { observedGeneration: 2, conditions } };
        expect(progress("apps/v1:Deployment", none, [])).toMatchObject({ state: "ready" });
    });

    it("reports the problems of its pods", () => {
        expect(state({ availableReplicas: 1, conditions: [] }, [failingPod])).toEqual({
            state: "waiting",
            reasons: [
                "Minimum number of live Pods was not attained",
                '[Pod n/a-1] container web: ImagePullBackOff: Back-off pulling image "x"',
            ],
        });
    });

    it("has failed after its progress deadline", () => {
        const late = {
            type: "Progressing",
            status: "False",
            reason: "ProgressDeadlineExceeded",
            message: "it took too long",
        };
        expect(state({ updatedReplicas: 1, conditions: [...conditions, late] })).toEqual({
            state: "failed",
            reasons: [
                "[ProgressDeadlineExceeded] it took too long",
                "1 of 2 replicas are updated, 2 available.",
            ],
        });
    });
});

describe("a Service", () => {
    const slice = (ready: boolean) => ({ endpoints: [{ conditions: { ready } }] });
    const service = (spec: Properties, status: Properties = {}) => ({
        spec: { selector: { a: "b" }, ...spec },
        status,
    });

    it("is ready when it selects a ready pod", () => {
        expect(progress("core/v1:Service", service({}), [slice(true)])).toMatchObject({ state: "ready" });
        expect(progress("core/v1:Service", service({}), [slice(false)])).toMatchObject({ state: "waiting" });
        expect(progress("core/v1:Service", service({}), [])).toMatchObject({
            reasons: [expect.stringContaining("does not target any Pods")],
        });
    });

    it("needs no pods if it is headless, an external name, or without a selector", () => {
        const specs: Properties[] = [{ clusterIP: "None" }, { type: "ExternalName" }, { selector: {} }];
        for (const spec of specs)
            expect(progress("core/v1:Service", service(spec))).toMatchObject({ state: "ready" });
    });

    it("needs an address if it is a load balancer", () => {
        const outside = service({ type: "LoadBalancer" });
        expect(progress("core/v1:Service", outside, [slice(true)])).toMatchObject({
            state: "waiting",
            reasons: [expect.stringContaining("not allocated an IP address")],
        });
        const status = { loadBalancer: { ingress: [{ ip: "203.0.113.7" }] } };
        const addressed = { ...outside, status };
        expect(progress("core/v1:Service", addressed, [slice(true)])).toMatchObject({ state: "ready" });
    });
});

describe("a pod", () => {
    const pod = (status: Properties) => progress("core/v1:Pod", { status });

    it("is ready with the condition Ready or after success, and failed after a failure", () => {
        expect(pod({ conditions: [{ type: "Ready", status: "True" }] })).toMatchObject({ state: "ready" });
        expect(pod({ phase: "Succeeded" })).toMatchObject({ state: "ready" });
        expect(pod({ phase: "Pending" })).toMatchObject({ state: "waiting" });
        expect(pod({ phase: "Failed", message: "evicted" })).toEqual({
            state: "failed",
            reasons: ["[Pod a] evicted"],
        });
    });

    it("reports why it is not scheduled or its containers do not run, except during a normal start", () => {
        const unscheduled = {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "no node",
        };
        const containerStatuses: Properties[] = [
            { name: "ready", ready: true, state: {} },
            { name: "starting", ready: false, state: { waiting: { reason: "ContainerCreating" } } },
            { name: "broken", ready: false, state: { terminated: { reason: "Error", exitCode: 2 } } },
        ];
        expect(pod({ conditions: [unscheduled], containerStatuses })).toMatchObject({
            reasons: ["[Pod a] Unschedulable: no node", "[Pod a] container broken: Error (exit code 2)"],
        });
    });
});

describe("other kinds", () => {
    it("a Job is ready when it is complete", () => {
        const job = (type: string) => ({
            status: {
                conditions: [{ type, status: "True", reason: "BackoffLimitExceeded", message: "too often" }],
            },
        });
        expect(progress("batch/v1:Job", job("Complete"), [])).toMatchObject({ state: "ready" });
        expect(progress("batch/v1:Job", { status: {} }, [])).toMatchObject({ state: "waiting" });
        expect(progress("batch/v1:Job", job("Failed"), [failingPod])).toEqual({
            state: "failed",
            reasons: ["[BackoffLimitExceeded] too often", expect.stringContaining("ImagePullBackOff")],
        });
    });

    it("a claim is ready when it is bound, or its storage class waits for a pod", () => {
        const claim = (phase: string) => ({ spec: { storageClassName: "s" }, status: { phase } });
        const lazy = [{ volumeBindingMode: "WaitForFirstConsumer" }];
        const state = (phase: string, classes: Properties[]) =>
            progress("core/v1:PersistentVolumeClaim", claim(phase), classes);
        expect(state("Bound", [])).toMatchObject({ state: "ready" });
        expect(state("Pending", [])).toMatchObject({ state: "waiting" });
        expect(state("Pending", lazy)).toMatchObject({ state: "ready" });
    });

    it("a StatefulSet and a DaemonSet are ready when all pods have the latest template", () => {
        const revisions = { currentRevision: "2", updateRevision: "2" };
        const set = (status: Properties) => ({
            spec: { replicas: 1 },
            status: { observedGeneration: 2, ...status },
        });
        const stateful = (status: Properties) => progress("apps/v1:StatefulSet", set(status), []);
        expect(stateful({ ...revisions, readyReplicas: 1 })).toMatchObject({ state: "ready" });
        expect(stateful({ ...revisions, readyReplicas: 0 })).toMatchObject({ state: "waiting" });
        expect(stateful({ ...revisions, currentRevision: "1", readyReplicas: 1 })).toMatchObject({
            state: "waiting",
        });
        const daemons = (updatedNumberScheduled: number) =>
            progress(
                "apps/v1:DaemonSet",
                set({ desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled }),
                [],
            );
        expect(daemons(2)).toMatchObject({ state: "ready" });
        expect(daemons(1)).toMatchObject({ state: "waiting" });
    });

    it("have no awaiter if they are ready at once, or the program disables it", () => {
        expect(progress("core/v1:ConfigMap", {})).toBe("no awaiter");
        expect(progress("policy/v1:PodDisruptionBudget", {})).toBe("no awaiter");
        const skipped = { metadata: { annotations: { "pulumi.com/skipAwait": "true" } } };
        expect(progress("apps/v1:Deployment", skipped)).toBe("no awaiter");
    });
});

describe("a label selector", () => {
    it("is converted to a query parameter", () => {
        expect(
            labelSelector({
                matchLabels: { app: "web" },
                matchExpressions: [
                    { key: "tier", operator: "In", values: ["a", "b"] },
                    { key: "old", operator: "DoesNotExist" },
                    { key: "new", operator: "Exists" },
                ],
            }),
        ).toBe("app=web,tier in (a,b),!old,new");
    });
});
