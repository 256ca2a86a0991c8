import * as core from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import { STORE_FOLDER } from "../front";
import { type KubernetesScope, labels, objectName } from "./kubernetes-scope";

const VOLUME = "certificate-store";

/** The volume for the ACME account and the certificates. It survives restarts of pods and nodes. */
export interface CertificateStore {
    volume(readOnly: boolean): input.core.v1.Volume;
    mount(readOnly: boolean): input.core.v1.VolumeMount;
}

/** Creates the claim of the volume. The issuer writes to it and all fronts read it, also on different nodes. */
export function certificateStore(storageClassName: string, scope: KubernetesScope): CertificateStore {
    const name = objectName(scope, "certificates");
    const { metadata } = new core.PersistentVolumeClaim(
        name,
        {
            metadata: { name, namespace: scope.namespace, labels: labels(scope, "issuer", "certificates") },
            spec: {
                storageClassName,
                accessModes: ["ReadWriteMany"],
                // The volume contains a few kilobytes; a storage class may round the size up.
                resources: { requests: { storage: "1Gi" } },
            },
        },
        scope.opts,
    );
    return {
        volume: readOnly => ({
            name: VOLUME,
            persistentVolumeClaim: { claimName: metadata.name, readOnly },
        }),
        mount: readOnly => ({ name: VOLUME, mountPath: STORE_FOLDER, readOnly }),
    };
}
