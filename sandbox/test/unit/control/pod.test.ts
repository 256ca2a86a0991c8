import { describe, expect, it } from "vitest";
import { containerGroupProperties } from "../../../control/container-groups/model";
import { groupKey, podManifests } from "../../../control/container-groups/pod";

const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerInstance/containerGroups/iris";
const key = groupKey(id);

function manifests(properties: object, nameServer?: string) {
    return podManifests({
        id,
        name: "iris",
        properties: containerGroupProperties.parse(properties),
        generation: 3,
        namespace: "container-groups",
        shareFolder: (account, share) => `/shares/${account}/${share}`,
        ...(nameServer !== undefined && { nameServer }),
    });
}

const model = (members: object) => ({
    osType: "Linux",
    containers: [
        {
            name: "model",
            properties: { image: "m:1", resources: { requests: { cpu: 0.5, memoryInGB: 1.5 } }, ...members },
        },
    ],
});

describe("a container group as a pod", () => {
    it("uses Azure's name server, unless dnsConfig names others", () => {
        const { pod } = manifests(model({}), "168.63.129.16");
        expect(pod.spec).toMatchObject({
            dnsPolicy: "None",
            dnsConfig: { nameservers: ["168.63.129.16"] },
        });
        const own = { ...model({}), dnsConfig: { nameServers: ["10.0.0.4"] } };
        expect(manifests(own, "168.63.129.16").pod.spec?.dnsConfig?.nameservers).toEqual(["10.0.0.4"]);
    });

    it("mounts a read-only share read-only, also if a mount says otherwise", () => {
        const share = { shareName: "s", storageAccountName: "a", storageAccountKey: "k" };
        const volumes = [
            { name: "fixed", azureFile: { ...share, readOnly: true } },
            { name: "open", azureFile: share },
        ];
        const volumeMounts = [
            { name: "fixed", mountPath: "/fixed", readOnly: false },
            { name: "open", mountPath: "/open" },
            { name: "open", mountPath: "/read", readOnly: true },
        ];
        const [container] = manifests({ ...model({ volumeMounts }), volumes }).pod.spec?.containers ?? [];
        expect(container?.volumeMounts).toEqual([
            { name: "fixed", mountPath: "/fixed", readOnly: true },
            { name: "open", mountPath: "/open" },
            { name: "open", mountPath: "/read", readOnly: true },
        ]);
    });

    it("has one Kubernetes container for each container, with its resources as limits", () => {
        const { pod, secrets } = manifests(model({ command: ["serve", "--all"], ports: [{ port: 5001 }] }));
        expect(secrets).toEqual([]);
        expect(pod.metadata).toEqual({
            name: `iris-${key}-3`,
            namespace: "container-groups",
            labels: { "sandbox/container-group": key, "sandbox/generation": "3" },
            annotations: { "sandbox/container-group-id": id },
        });
        expect(pod.spec).toEqual({
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            restartPolicy: "Always",
            terminationGracePeriodSeconds: 10,
            dnsPolicy: "Default",
            containers: [
                {
                    name: "model",
                    image: "m:1",
                    imagePullPolicy: "IfNotPresent",
                    command: ["serve", "--all"],
                    ports: [{ containerPort: 5001, protocol: "TCP" }],
                    resources: {
                        requests: { cpu: "1m", memory: "1Mi" },
                        limits: { cpu: "500m", memory: "1536Mi" },
                    },
                },
            ],
        });
    });

    it("prefers limits to requests, and keeps the restart policy", () => {
        const resources = { requests: { cpu: 0.5, memoryInGB: 1 }, limits: { cpu: 2 } };
        const { pod } = manifests({ ...model({ resources }), restartPolicy: "OnFailure" });
        expect(pod.spec?.containers[0]?.resources?.limits).toEqual({ cpu: "2000m", memory: "1024Mi" });
        expect(pod.spec?.restartPolicy).toBe("OnFailure");
    });

    it("stores secure values in a Secret, not in the pod", () => {
        const environmentVariables = [
            { name: "PLAIN", value: "seen" },
            { name: "KEY", secureValue: "hidden text" },
        ];
        const { pod, secrets } = manifests(model({ environmentVariables }));
        const name = `iris-${key}-3-environment`;
        expect(pod.spec?.containers[0]?.env).toEqual([
            { name: "PLAIN", value: "seen" },
            { name: "KEY", valueFrom: { secretKeyRef: { name, key: "model.KEY" } } },
        ]);
        expect(secrets).toMatchObject([
            { metadata: { name }, data: { "model.KEY": Buffer.from("hidden text").toString("base64") } },
        ]);
        expect(JSON.stringify(pod)).not.toContain("hidden");
    });

    it("escapes $(NAME), which Kubernetes would expand and Azure does not", () => {
        const environmentVariables = [{ name: "A", value: "$(HOSTNAME) $5" }];
        const { pod } = manifests(model({ environmentVariables, command: ["sh", "-c", "echo $(id)"] }));
        expect(pod.spec?.containers[0]).toMatchObject({
            env: [{ name: "A", value: "$$(HOSTNAME) $5" }],
            command: ["sh", "-c", "echo $$(id)"],
        });
    });

    it("mounts secret, empty and Azure file volumes", () => {
        const { pod, secrets } = manifests({
            ...model({
                volumeMounts: [
                    { name: "certificate", mountPath: "/run/front", readOnly: true },
                    { name: "scratch", mountPath: "/tmp" },
                ],
            }),
            volumes: [
                { name: "certificate", secret: { "certificate.pem": "UEVN" } },
                { name: "scratch", emptyDir: {} },
                {
                    name: "share",
                    azureFile: { storageAccountName: "acct", shareName: "data", storageAccountKey: "k" },
                },
            ],
        });
        const secretName = `iris-${key}-3-certificate`;
        expect(pod.spec?.volumes).toEqual([
            { name: "certificate", secret: { secretName } },
            { name: "scratch", emptyDir: {} },
            { name: "share", hostPath: { path: "/shares/acct/data", type: "Directory" } },
        ]);
        expect(pod.spec?.containers[0]?.volumeMounts).toEqual([
            { name: "certificate", mountPath: "/run/front", readOnly: true },
            { name: "scratch", mountPath: "/tmp" },
        ]);
        expect(secrets).toMatchObject([
            { metadata: { name: secretName }, data: { "certificate.pem": "UEVN" } },
        ]);
    });

    it("has the same probes", () => {
        const { pod } = manifests(
            model({
                livenessProbe: { exec: { command: ["true"] }, initialDelaySeconds: 7 },
                readinessProbe: {
                    httpGet: {
                        path: "/ready",
                        port: 8443,
                        scheme: "HTTPS",
                        httpHeaders: [{ name: "Host", value: "score.contoso.com" }],
                    },
                    periodSeconds: 2,
                    failureThreshold: 4,
                },
            }),
        );
        expect(pod.spec?.containers[0]).toMatchObject({
            livenessProbe: { exec: { command: ["true"] }, initialDelaySeconds: 7 },
            readinessProbe: {
                httpGet: {
                    path: "/ready",
                    port: 8443,
                    scheme: "HTTPS",
                    httpHeaders: [{ name: "Host", value: "score.contoso.com" }],
                },
                periodSeconds: 2,
                failureThreshold: 4,
            },
        });
    });

    it("has init containers, and registry passwords in a Secret", () => {
        const { pod, secrets } = manifests({
            ...model({ securityContext: { runAsUser: 1000, capabilities: { drop: ["ALL"] } } }),
            initContainers: [{ name: "prepare", properties: { image: "i:1", command: ["true"] } }],
            imageRegistryCredentials: [{ server: "contoso.azurecr.io", username: "u", password: "p" }],
        });
        expect(pod.spec?.initContainers).toEqual([
            { name: "prepare", image: "i:1", imagePullPolicy: "IfNotPresent", command: ["true"] },
        ]);
        expect(pod.spec?.containers[0]?.securityContext).toEqual({
            runAsUser: 1000,
            capabilities: { drop: ["ALL"] },
        });
        expect(pod.spec?.imagePullSecrets).toEqual([{ name: `iris-${key}-3-registry` }]);
        const text = Buffer.from(secrets[0]?.data?.[".dockerconfigjson"] ?? "", "base64").toString();
        expect(JSON.parse(text)).toEqual({
            auths: { "contoso.azurecr.io": { username: "u", password: "p", auth: "dTpw" } },
        });
    });

    it("has the same key for an id in another case", () => {
        expect(groupKey(id.toUpperCase())).toBe(key);
    });
});
