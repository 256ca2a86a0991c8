import * as core from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import { STORE_FOLDER } from "../front";
import { type KubernetesScope, labels, objectName } from "./kubernetes-scope";

const VOLUME = "certificate-store";

/** The files that keep account and certificates, whatever becomes of pods and nodes. */
export interface CertificateStore {
    volume(readOnly: boolean): input.core.v1.Volume;
    mount(readOnly: boolean): input.core.v1.VolumeMount;
}

/** Claims the files: the issuer writes them, and every front reads them, on whatever nodes these are. */
export function certificateStore(storageClassName: string, scope: KubernetesScope): CertificateStore {
    const name = objectName(scope, "certificates");
    const { metadata } = new core.PersistentVolumeClaim(
        name,
        {
            metadata: { name, namespace: scope.namespace, labels: labels(scope, "issuer", "certificates") },
            spec: {
                storageClassName,
                accessModes: ["ReadWriteMany"],
                // Some kilobytes; a class may round it up.
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
