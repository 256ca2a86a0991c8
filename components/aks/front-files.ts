import * as core from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { TlsMode } from "../certificate/tls-arguments";
import type { ServingCertificate } from "../certificate/certificate-info";
import { CERTIFICATE_FILE, frontFiles, type PodFrontModel, type PodFrontSettings } from "../front";
import { keyDigests, type ScoringKeys } from "../keys/scoring-keys";
import { canonicalHostname } from "../shared/host-name";
import { frontLabels, type KubernetesScope, objectName, serviceHost } from "./kubernetes-scope";
import { mostReplicas } from "./model";
import type { ModelSettings } from "./model-settings";
import type { AksSettings } from "./settings";

/** What the front's pods read. Each is named anew when it changes, so that the pods follow one by one. */
export interface FrontFiles {
    /** Readable: configuration. A changed limit is a changed line in a preview. */
    configuration: core.ConfigMap;
    /** Certificate and digests of keys; absent when there are none. */
    secrets: core.Secret | undefined;
    pullSecret: core.Secret | undefined;
}

/** What the front does, as soon as the models' own names are known. */
export function frontSettings(
    { tls, models, front }: AksSettings,
    scope: KubernetesScope,
    storedCertificate: pulumi.Output<string> | undefined,
): pulumi.Output<PodFrontSettings> {
    const hosts = pulumi.all(models.map(one => one.hostname));
    return pulumi.all([hosts, storedCertificate]).apply(([hostnames, stored]) => ({
        tls:
            tls.mode === TlsMode.Disabled
                ? undefined
                : {
                      minimumVersion: tls.minimumVersion,
                      hstsMaxAgeSeconds: tls.hstsMaxAgeSeconds,
                      followed: tls.secretName !== undefined,
                      storedCertificate: stored,
                  },
        // While one set of pods takes the place of another, both are there.
        fronts: { host: serviceHost(scope, "fronts"), most: 2 * front.replicas + 1 },
        models: models.map((one, index) => frontModel(one, hostnames[index], scope)),
    }));
}

/** The configuration of the front, as a ConfigMap. */
export function configuration(
    settings: pulumi.Output<PodFrontSettings>,
    scope: KubernetesScope,
): core.ConfigMap {
    return new core.ConfigMap(
        objectName(scope, "front"),
        {
            metadata: { namespace: scope.namespace, labels: frontLabels(scope) },
            data: settings.apply(frontFiles),
        },
        scope.opts,
    );
}

function frontModel(
    settings: ModelSettings,
    hostname: string | undefined,
    scope: KubernetesScope,
): PodFrontModel {
    return {
        name: settings.name,
        host: serviceHost(scope, settings.name),
        port: settings.port,
        healthPath: settings.healthPath,
        ...settings.requestLimits,
        replicas: mostReplicas(settings),
        hostname: hostname && canonicalHostname(hostname),
        plainHttp: settings.plainHttp,
        keysRequired: settings.keys.enabled,
        keyDigestsFile: keyDigestsFile(settings.name),
    };
}

function keyDigestsFile(model: string): string {
    return `${model}.key-digests`;
}

/** The certificate with its key, and what scoring keys are compared with. */
export function frontSecrets(
    certificate: ServingCertificate | undefined,
    keys: ReadonlyMap<string, pulumi.Output<ScoringKeys>>,
    scope: KubernetesScope,
): core.Secret | undefined {
    const base64 = (value: string): string => Buffer.from(value).toString("base64");
    const digests = [...keys].map(
        ([model, both]) => [keyDigestsFile(model), both.apply(keyDigests)] as const,
    );
    const files = [...(certificate ? [[CERTIFICATE_FILE, certificate.pem] as const] : []), ...digests];
    if (files.length === 0) return undefined;
    const data = Object.fromEntries(files.map(([file, text]) => [file, pulumi.secret(text.apply(base64))]));
    return new core.Secret(
        objectName(scope, "front"),
        { metadata: { namespace: scope.namespace, labels: frontLabels(scope) }, data },
        scope.opts,
    );
}

/** Everything that is mounted as secrets: ours, and the Secret that somebody else keeps. */
export function secretSources(
    { tls }: AksSettings,
    secrets: core.Secret | undefined,
): input.core.v1.VolumeProjection[] {
    const followed = tls.secretName !== undefined && {
        secret: {
            name: tls.secretName,
            // HAProxy takes the key from the file with this ending.
            items: [
                { key: "tls.crt", path: CERTIFICATE_FILE },
                { key: "tls.key", path: `${CERTIFICATE_FILE}.key` },
            ],
        },
    };
    return [
        ...(secrets ? [{ secret: { name: secrets.metadata.name } }] : []),
        ...(followed ? [followed] : []),
    ];
}

/** The login to the images' registry, for the kubelet. */
export function pullSecret({ registry }: AksSettings, scope: KubernetesScope): core.Secret | undefined {
    if (!registry) return undefined;
    const login = pulumi
        .all([registry.server, registry.username, pulumi.secret(registry.password)])
        .apply(([server, username, password]) => {
            const auth = Buffer.from(`${username}:${password}`).toString("base64");
            return JSON.stringify({ auths: { [server]: { username, password, auth } } });
        });
    return new core.Secret(
        objectName(scope, "registry"),
        {
            metadata: { namespace: scope.namespace },
            type: "kubernetes.io/dockerconfigjson",
            stringData: { ".dockerconfigjson": login },
        },
        scope.opts,
    );
}
