import { chmodSync, mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import {
    CoreV1Api,
    type KubeConfig,
    type V1PersistentVolume,
    type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";
import { AZURE_FILE_CLASSES, AZURE_FILE_DRIVER } from "../../node/settings";
import type { SandboxInstance } from "../../instance";
import { podSharesFolder, sharesFolder } from "../../node/azure-files";
import { ignoringStatus } from "../kubernetes/api-errors";
import { ObjectWatch } from "../kubernetes/object-watch";
import { Reconciler } from "../kubernetes/reconciler";

const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

/**
 * Stands in for AKS's driver for Azure Files ("Create and use a volume with Azure Files in AKS"): each claim of one of its
 * storage classes gets a new share that any number of pods can write, as any user. Here a share is a folder, which is
 * deleted with its claim.
 */
export class AzureFileProvisioner {
    private readonly api: CoreV1Api;
    private readonly claims: ObjectWatch<V1PersistentVolumeClaim>;
    private readonly volumes: ObjectWatch<V1PersistentVolume>;
    private readonly reconciler = new Reconciler(() => this.reconcile());

    constructor(
        config: KubeConfig,
        private readonly instance: SandboxInstance,
    ) {
        const api = config.makeApiClient(CoreV1Api);
        this.api = api;
        this.claims = new ObjectWatch(config, "/api/v1/persistentvolumeclaims", () =>
            api.listPersistentVolumeClaimForAllNamespaces(),
        );
        this.volumes = new ObjectWatch(config, "/api/v1/persistentvolumes", () => api.listPersistentVolume());
    }

    /** Waits for the first lists of claims and volumes, and provisions claims from then on. */
    async prepare(): Promise<void> {
        await Promise.all([this.claims.start(), this.volumes.start()]);
        this.claims.onChange(() => this.reconciler.changed());
        this.volumes.onChange(() => this.reconciler.changed());
        this.reconciler.changed();
    }

    async close(): Promise<void> {
        this.reconciler.close();
        await Promise.all([this.claims.close(), this.volumes.close()]);
    }

    private reconcile(): Promise<unknown> {
        return Promise.all([
            ...this.claims
                .all()
                .filter(needsVolume)
                .map(claim => this.provision(claim)),
            ...this.volumes
                .all()
                .filter(isReleased)
                .map(volume => this.remove(volume)),
        ]);
    }

    private async provision(claim: V1PersistentVolumeClaim): Promise<void> {
        const body = volumeFor(claim, name => podSharesFolder(this.instance, name));
        const folder = this.folderOf(body);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        // Every user of a pod may write, as over SMB. The state folder (0700) denies other users of the machine.
        chmodSync(folder, 0o777);
        await ignoringStatus([409], this.api.createPersistentVolume({ body }));
    }

    private async remove(volume: V1PersistentVolume): Promise<void> {
        rmSync(this.folderOf(volume), { recursive: true, force: true });
        await ignoringStatus([404], this.api.deletePersistentVolume({ name: volume.metadata?.name ?? "" }));
    }

    /** In the folder that also has those of storage accounts, whose names cannot contain the hyphen of `pvc-…`. */
    private folderOf({ metadata }: V1PersistentVolume): string {
        return path.join(sharesFolder(this.instance), metadata?.name ?? "");
    }
}

/** The volume for a claim, bound to it. @param folderOf returns the folder of a volume that pods mount */
function volumeFor(claim: V1PersistentVolumeClaim, folderOf: (volume: string) => string): V1PersistentVolume {
    const { uid = "", name, namespace } = claim.metadata ?? {};
    const volume = `pvc-${uid}`;
    return {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: volume, annotations: { [PROVISIONED_BY]: AZURE_FILE_DRIVER } },
        spec: {
            accessModes: claim.spec?.accessModes,
            capacity: { storage: claim.spec?.resources?.requests?.storage ?? "" },
            claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
            hostPath: { path: folderOf(volume), type: "Directory" },
            persistentVolumeReclaimPolicy: "Delete",
            storageClassName: claim.spec?.storageClassName,
            volumeMode: "Filesystem",
        },
    };
}

/** Whether a claim has a storage class of Azure Files and no volume yet. */
function needsVolume({ metadata, spec }: V1PersistentVolumeClaim): boolean {
    return (
        AZURE_FILE_CLASSES.includes(spec?.storageClassName ?? "") &&
        !spec?.volumeName &&
        metadata?.deletionTimestamp === undefined
    );
}

/** Whether a volume is one of this provisioner whose claim has been deleted. */
function isReleased({ metadata, spec, status }: V1PersistentVolume): boolean {
    return (
        metadata?.annotations?.[PROVISIONED_BY] === AZURE_FILE_DRIVER &&
        status?.phase === "Released" &&
        spec?.persistentVolumeReclaimPolicy === "Delete" &&
        metadata.deletionTimestamp === undefined
    );
}
