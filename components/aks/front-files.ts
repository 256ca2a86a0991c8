import * as core from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { TlsMode } from "../certificate/tls-arguments";
import type { ServingCertificate } from "../certificate/certificate-info";
import {
    CERTIFICATE_FILE,
    frontFiles,
    KEY_DIGESTS_FILE,
    type PodFrontModel,
    type PodFrontSettings,
} from "../front";
import { keyDigests, type ScoringKeys } from "../keys/scoring-keys";
import { argumentsResourceError, isOutputOrPromise } from "../shared/argument-check";
import { canonicalHostname } from "../shared/host-name";
import { replicasWithSurge } from "../shared/rules/numbers";
import { frontLabels, type KubernetesScope, objectName, serviceHost } from "./kubernetes-scope";
import { hostnameConflicts, type ModelSettings } from "./model-settings";
import type { AksSettings } from "./settings";

/** The objects with the files of the front. Each gets a new name when it changes, which starts a rolling update of the pods. */
export interface FrontFiles {
    /** Not secret, so that a preview shows a changed limit as a changed line. */
    configuration: core.ConfigMap;
    /** Certificate with key, and digests of scoring keys; undefined if there are none. */
    secrets: core.Secret | undefined;
    pullSecret: core.Secret | undefined;
}

/** The settings of the front, known once the host names of the models are known. */
export function frontSettings(
    { tls, models, front }: AksSettings,
    scope: KubernetesScope,
    storedCertificate: pulumi.Output<string> | undefined,
): pulumi.Output<PodFrontSettings> {
    return pulumi.all([hostnames(scope, tls, models), storedCertificate]).apply(([own, stored]) => ({
        tls:
            tls.mode === TlsMode.Disabled
                ? undefined
                : {
                      minimumVersion: tls.minimumVersion,
                      hstsMaxAgeSeconds: tls.hstsMaxAgeSeconds,
                      followed: tls.secretName !== undefined,
                      storedCertificate: stored,
                  },
        accessLog: front.accessLog,
        // During a rolling update the old and the new pods run at the same time.
        fronts: { host: serviceHost(scope, "fronts"), most: 2 * front.replicas + 1 },
        models: models.map((one, index) => frontModel(one, own[index], scope)),
    }));
}

/** The host names of the models. Those that are outputs are compared with the others here, when they are known. */
function hostnames(
    { component }: KubernetesScope,
    tls: AksSettings["tls"],
    models: readonly ModelSettings[],
): pulumi.Output<(string | undefined)[]> {
    const own = models.map(one => one.hostname);
    if (!own.some(isOutputOrPromise) && !(isOutputOrPromise(tls.hostname) && own.some(Boolean))) {
        return pulumi.all(own);
    }
    return pulumi.all([pulumi.all(own), tls.hostname]).apply(([known, shared]) => {
        const named = models.map(({ name }, index) => [name, known[index]] as const);
        const conflicts = hostnameConflicts(named, shared);
        if (conflicts.length > 0) throw argumentsResourceError(component, conflicts);
        return known;
    });
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
        replicas: replicasWithSurge(settings.replicas.most),
        hostname: hostname && canonicalHostname(hostname),
        plainHttp: settings.plainHttp,
        keysRequired: settings.keys.enabled,
    };
}

/** The certificate with its key, and the digests of scoring keys. */
export function frontSecrets(
    certificate: ServingCertificate | undefined,
    keys: ReadonlyMap<string, pulumi.Output<ScoringKeys>>,
    scope: KubernetesScope,
): core.Secret | undefined {
    const base64 = (value: string): string => Buffer.from(value).toString("base64");
    const lines = [...keys].map(([model, both]) => both.apply(digests => keyDigests(digests, `${model}:`)));
    const digests = pulumi.all(lines).apply(all => all.join(""));
    const files = [
        ...(certificate ? [[CERTIFICATE_FILE, certificate.pem] as const] : []),
        ...(keys.size > 0 ? [[KEY_DIGESTS_FILE, digests] as const] : []),
    ];
    if (files.length === 0) return undefined;
    const data = Object.fromEntries(files.map(([file, text]) => [file, pulumi.secret(text.apply(base64))]));
    return new core.Secret(
        objectName(scope, "front"),
        { metadata: { namespace: scope.namespace, labels: frontLabels(scope) }, data },
        scope.opts,
    );
}

/** The Secrets in the front's secret volume: that of the component, and the one in `tls.secretName`. */
export function secretSources(
    { tls }: AksSettings,
    secrets: core.Secret | undefined,
): input.core.v1.VolumeProjection[] {
    const followed = tls.secretName !== undefined && {
        secret: {
            name: tls.secretName,
            // HAProxy reads the key from the file with this suffix.
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

/** The registry credentials with which the kubelet pulls images. */
export function pullSecret({ registries }: AksSettings, scope: KubernetesScope): core.Secret | undefined {
    if (registries.length === 0) return undefined;
    const logins = registries.map(({ server, username, password }) =>
        pulumi
            .all([server, username, pulumi.secret(password)])
            .apply(([host, user, secret]): [string, object] => [
                host,
                {
                    username: user,
                    password: secret,
                    auth: Buffer.from(`${user}:${secret}`).toString("base64"),
                },
            ]),
    );
    const configuration = pulumi
        .all(logins)
        .apply(auths => JSON.stringify({ auths: Object.fromEntries(auths) as object }));
    return new core.Secret(
        objectName(scope, "registry"),
        {
            metadata: { namespace: scope.namespace },
            type: "kubernetes.io/dockerconfigjson",
            stringData: { ".dockerconfigjson": configuration },
        },
        scope.opts,
    );
}
