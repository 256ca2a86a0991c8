import { describe, expect, it } from "vitest";
import { objectDifference } from "../../../../providers/kubernetes/difference";
import { type Kind, parseToken } from "../../../../providers/kubernetes/discovery";
import { type Properties, UNKNOWN } from "../../../../providers/protocol/values";

const immutable = { enableConfigMapMutable: false, enableSecretMutable: false };
const mutable = { enableConfigMapMutable: true, enableSecretMutable: true };

function difference(
    token: string,
    before: Properties,
    after: Properties,
    {
        configuration = immutable,
        live = before,
    }: { configuration?: typeof immutable; live?: Properties } = {},
) {
    const kind = parseToken(`kubernetes:${token}`) as Kind;
    const request = { oldInputs: before, oldOutputs: live, news: after };
    const { changes, deleteBeforeReplace } = objectDifference(kind, request, configuration);
    return {
        updates: changes.filter(({ replaces }) => !replaces).map(({ path }) => path),
        replaces: changes.filter(({ replaces }) => replaces).map(({ path }) => path),
        deleteBeforeReplace,
    };
}

const auto = { "pulumi.com/autonamed": "true" };
const named = (name: string, more: Properties = {}): Properties => ({ metadata: { name, ...more } });

describe("the difference between two versions of an object", () => {
    it("replaces a Secret or ConfigMap whose contents change, unless the configuration permits an update and they are mutable", () => {
        for (const token of ["core/v1:Secret", "core/v1:ConfigMap"]) {
            const before = { ...named("a"), data: { key: "1" } };
            const after = { ...named("a"), data: { key: "2" } };
            expect(difference(token, before, after).replaces).toEqual(["data.key"]);
            expect(difference(token, before, after, { configuration: mutable }).updates).toEqual([
                "data.key",
            ]);
            const fixed = { ...after, immutable: true };
            expect(difference(token, before, fixed, { configuration: mutable }).replaces).toEqual([
                "data.key",
            ]);
            expect(
                difference(token, before, { ...before, ...named("a", { labels: { a: "b" } }) }).updates,
            ).toEqual(["metadata.labels"]);
        }
    });

    it("replaces a Secret whose new contents are unknown", () => {
        const before = { ...named("a"), stringData: { key: "1" } };
        const after = { ...named("a"), stringData: { key: UNKNOWN } };
        expect(difference("core/v1:Secret", before, after).replaces).toEqual(["stringData.key"]);
    });

    it("deletes first only if the new object has the same fixed name and namespace", () => {
        const change = (before: Properties, after: Properties, live?: Properties) => {
            const old = { ...before, data: { key: "1" } };
            return difference("core/v1:Secret", old, { ...after, data: { key: "2" } }, { live });
        };
        expect(change(named("a"), named("a")).deleteBeforeReplace).toBe(true);
        expect(change(named("a"), named("b")).deleteBeforeReplace).toBe(false);
        const generated = named("a-1", { annotations: auto });
        expect(change(generated, generated).deleteBeforeReplace).toBe(false);
        const here = named("a", { namespace: "here" });
        expect(change(here, named("a", { namespace: "there" })).deleteBeforeReplace).toBe(false);
    });

    it("replaces for the immutable properties of each kind", () => {
        const selector = (app: string) => ({
            ...named("a"),
            spec: { selector: { matchLabels: { app } }, replicas: 1 },
        });
        const path = ["spec.selector.matchLabels.app"];
        for (const kind of ["Deployment", "StatefulSet", "DaemonSet"])
            expect(difference(`apps/v1:${kind}`, selector("a"), selector("b")).replaces).toEqual(path);
        // The selector of a Service is mutable.
        expect(difference("core/v1:Service", selector("a"), selector("b")).updates).toEqual(path);

        const service = (clusterIP: string) => ({ ...named("a"), spec: { clusterIP } });
        expect(difference("core/v1:Service", service("None"), service("10.0.0.1")).replaces).toEqual([
            "spec.clusterIP",
        ]);
        const job = (image: string) => ({
            ...named("a"),
            spec: { template: { spec: { containers: [{ name: "a", image }] } } },
        });
        expect(difference("batch/v1:Job", job("a"), job("b")).replaces).toEqual([
            "spec.template.spec.containers[0].image",
        ]);
        expect(difference("apps/v1:Deployment", job("a"), job("b")).replaces).toEqual([]);
    });

    it("replaces if an added object contains an immutable property", () => {
        const after = { ...named("a"), spec: { clusterIP: "None" } };
        expect(difference("core/v1:Service", named("a"), after).replaces).toEqual(["spec"]);
        const ports = { ...named("a"), spec: { ports: [{ port: 80 }] } };
        expect(difference("core/v1:Service", named("a"), ports).updates).toEqual(["spec"]);
        const pod = (...names: string[]) => ({
            ...named("a"),
            spec: { containers: names.map(name => ({ name, image: name })) },
        });
        expect(difference("core/v1:Pod", pod("a"), pod("a", "b")).replaces).toEqual(["spec.containers[1]"]);
    });

    it("does not treat an omitted namespace as a change from the default namespace", () => {
        const live = named("a", { namespace: "default" });
        expect(difference("core/v1:ConfigMap", live, named("a"), { live }).replaces).toEqual([]);
        const other = named("a", { namespace: "other" });
        expect(difference("core/v1:ConfigMap", other, named("a"), { live: other }).replaces).toEqual([
            "metadata.namespace",
        ]);
        // The kind Namespace has no namespace.
        expect(difference("core/v1:Namespace", named("a"), named("a")).replaces).toEqual([]);
    });
});
