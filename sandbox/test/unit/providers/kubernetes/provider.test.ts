import { describe, expect, it } from "vitest";
import { warningsOf } from "../../../../providers/kubernetes/client";
import { readConfiguration } from "../../../../providers/kubernetes/configuration";
import { apiVersionOf, parseToken } from "../../../../providers/kubernetes/discovery";
import { loadKubeconfig } from "../../../../providers/kubernetes/kubeconfig";
import {
    isManagedByOthers,
    managedFieldsAfterTakeover,
} from "../../../../providers/kubernetes/managed-fields";
import { isAutoNamed, withName } from "../../../../providers/kubernetes/naming";
import { at } from "../../../../providers/kubernetes/objects";
import { Kubernetes } from "../../../../providers/kubernetes/provider";
import { pruned } from "../../../../providers/kubernetes/pruning";
import { type Properties, UNKNOWN } from "../../../../providers/protocol/values";

function kubeconfig({ server = "https://first.test", token = "a" } = {}): string {
    return JSON.stringify({
        clusters: [
            { name: "one", cluster: { server } },
            { name: "two", cluster: { server: "https://second.test" } },
        ],
        users: [{ name: "me", user: { token } }],
        contexts: [
            { name: "one", context: { cluster: "one", user: "me" } },
            { name: "two", context: { cluster: "two", user: "me" } },
        ],
        "current-context": "one",
    });
}

describe("a changed provider resource", () => {
    const replaces = (olds: Properties, news: Properties) => {
        const { changes } = new Kubernetes().diffConfiguration(olds, news);
        return changes.filter(change => change.replaces).map(change => change.path);
    };

    it("is replaced if it selects another cluster, but not for other credentials or settings", () => {
        const before = { kubeconfig: kubeconfig() };
        expect(replaces(before, { kubeconfig: kubeconfig({ token: "b" }) })).toEqual([]);
        expect(replaces(before, { ...before, enableSecretMutable: "true" })).toEqual([]);
        expect(replaces(before, { kubeconfig: kubeconfig({ server: "https://x.test" }) })).toEqual([
            "kubeconfig",
        ]);
        expect(replaces(before, { ...before, context: "two" })).toEqual(["context"]);
        expect(replaces(before, { ...before, cluster: "two" })).toEqual(["cluster"]);
    });

    it("is replaced if the new cluster is unknown", () => {
        expect(replaces({ kubeconfig: kubeconfig() }, { kubeconfig: UNKNOWN })).toEqual(["kubeconfig"]);
    });

    it("is replaced only for clusterIdentifier if it is set", () => {
        const before = { kubeconfig: kubeconfig(), clusterIdentifier: "a" };
        const elsewhere = { kubeconfig: kubeconfig({ server: "https://x.test" }) };
        expect(replaces(before, { ...elsewhere, clusterIdentifier: "a" })).toEqual([]);
        expect(replaces(before, { ...before, clusterIdentifier: "b" })).toEqual(["clusterIdentifier"]);
    });
});

describe("the configuration", () => {
    it("prefers settings of the provider to the environment, and rejects unsupported settings", () => {
        const environment = {
            PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true",
            PULUMI_K8S_DELETE_UNREACHABLE: "true",
        };
        expect(
            readConfiguration({ enableSecretMutable: "false", kubeconfig: "" }, environment),
        ).toMatchObject({
            kubeconfig: undefined,
            enableSecretMutable: false,
            deleteUnreachable: true,
        });
        expect(() => readConfiguration({ enableServerSideApply: "false" }, {})).toThrow(
            "server-side apply only",
        );
    });

    it("does not show the contents of an invalid kubeconfig", () => {
        const message = (text: string) => {
            try {
                loadKubeconfig({ kubeconfig: text });
                return "";
            } catch (error) {
                return String(error);
            }
        };
        expect(message("users:\n  - [client-key: VERY-SECRET")).toBe("Error: it is not a valid kubeconfig");
        expect(message("/does/not/exist")).toBe("Error: there is no kubeconfig at /does/not/exist");
    });
});

describe("tokens", () => {
    it("are parsed for kinds of the API, but not for charts and files", () => {
        const core = parseToken("kubernetes:core/v1:Secret");
        expect(core && apiVersionOf(core)).toBe("v1");
        const policies = parseToken("kubernetes:networking.k8s.io/v1:NetworkPolicy");
        expect(policies && apiVersionOf(policies)).toBe("networking.k8s.io/v1");
        for (const token of ["helm.sh/v3:Release", "yaml/v2:ConfigGroup", "kustomize/v2:Directory"])
            expect(parseToken(`kubernetes:${token}`)).toBeUndefined();
    });
});

describe("names", () => {
    const request = (news: Properties, olds: Properties = {}) => ({
        name: "web",
        olds,
        news,
        randomSeed: Buffer.from("1"),
    });

    it("are generated if the program sets none, are the same for the same seed, and do not change", () => {
        const first = withName(request({}));
        expect(at(first, "metadata", "name")).toMatch(/^web-[0-9a-f]{8}$/);
        expect(isAutoNamed(first)).toBe(true);
        expect(withName(request({}))).toEqual(first);
        const labelled = withName({
            ...request({ metadata: { labels: { a: "b" } } }, first),
            randomSeed: Buffer.from("2"),
        });
        expect(at(labelled, "metadata", "name")).toBe(at(first, "metadata", "name"));
        expect(at(labelled, "metadata", "labels")).toEqual({ a: "b" });
    });

    it("come from the program, or from the auto-naming setting of the project", () => {
        expect(withName(request({ metadata: { name: UNKNOWN } }))).toEqual({ metadata: { name: UNKNOWN } });
        const naming = { mode: "propose", name: "proposed" } as const;
        expect(at(withName({ ...request({}), naming }), "metadata", "name")).toBe("proposed");
        const none = { mode: "disable", name: "" } as const;
        expect(() => withName({ ...request({}), naming: none })).toThrow("autonaming is disabled");
    });

    it("cannot be generated by the API server", () => {
        expect(() => withName(request({ metadata: { generateName: "a-" } }))).toThrow("generateName");
    });
});

describe("managed fields", () => {
    const entry = (
        manager: string,
        operation: string,
        fieldsV1: Properties,
        more: Properties = {},
    ): Properties => ({
        manager,
        operation,
        fieldsType: "FieldsV1",
        fieldsV1,
        ...more,
    });
    const live = (...managedFields: Properties[]): Properties => ({ metadata: { managedFields } });

    it("are taken over from kubectl, but not from other managers", () => {
        const own = entry("me", "Apply", { "f:a": { "f:x": {} } });
        const controller = entry("controller", "Update", { "f:status": {} }, { subresource: "status" });
        const theirs = entry("kubectl", "Update", { "f:a": { "f:y": {} }, "f:b": {} });
        expect(managedFieldsAfterTakeover(live(own, controller), "me")).toBeUndefined();
        expect(managedFieldsAfterTakeover(live(own, controller, theirs), "me")).toEqual([
            controller,
            entry("me", "Apply", { "f:a": { "f:x": {}, "f:y": {} }, "f:b": {} }),
        ]);
    });

    it("belong to others if only they have set them", () => {
        const replicas = { "f:spec": { "f:replicas": {} } };
        const path = ["spec", "replicas"];
        const scaler = entry("scaler", "Update", replicas, { subresource: "scale" });
        expect(isManagedByOthers(live(scaler), "me", path)).toBe(true);
        expect(isManagedByOthers(live(scaler, entry("me", "Apply", replicas)), "me", path)).toBe(false);
        expect(isManagedByOthers(live(), "me", path)).toBe(false);
    });
});

describe("the part of an object that corresponds to the inputs", () => {
    it("has the values of the object, and list items correspond by index", () => {
        const inputs = { spec: { replicas: 1, containers: [{ image: "a" }], gone: true } };
        const object: Properties = {
            spec: { replicas: 2, containers: [{ image: "b", more: 1 }, { image: "c" }] },
            status: {},
        };
        expect(pruned(object, inputs)).toEqual({ spec: { replicas: 2, containers: [{ image: "b" }] } });
    });
});

describe("warnings of the API server", () => {
    it("are parsed from the response headers", () => {
        const warning = ['299 - "unknown field \\"spec.a\\"", 299 - "b"', '299 - "c"'];
        expect(warningsOf({ headersDistinct: { warning } })).toEqual(['unknown field "spec.a"', "b", "c"]);
    });
});
