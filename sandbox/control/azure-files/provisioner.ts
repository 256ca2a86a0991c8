import { chmodSync, mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import {
    ApiException,
    CoreV1Api,
    type KubeConfig,
    type V1PersistentVolume,
    type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";
import { AZURE_FILE_CLASSES, AZURE_FILE_DRIVER } from "../../node/settings";
import type { SandboxInstance } from "../../instance";
import { filesFolder, filesForPods } from "../../node/files";
import { ObjectWatch } from "../object-watch";
import { Reconciler } from "../reconciler";

const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

/**
 * AKS's driver for Azure Files: a claim of one of its classes gets a share of its own, which any number of pods may
 * write, whoever they run as. Here a share is a folder, gone with its claim.
 */
export class AzureFileProvisioner {
    private readonly api: CoreV1Api;
    private readonly claims: ObjectWatch<V1PersistentVolumeClaim>;
    private readonly volumes: ObjectWatch<V1PersistentVolume>;
    private readonly reconciler = new Reconciler(() => this.work());

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

    /** Ends when claims and volumes are known. From then on claims get what they ask for. */
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

    private work(): Promise<unknown> {
        return Promise.all([
            ...this.claims
                .all()
                .filter(waits)
                .map(claim => this.provide(claim)),
            ...this.volumes
                .all()
                .filter(isLeft)
                .map(volume => this.remove(volume)),
        ]);
    }

    private async provide(claim: V1PersistentVolumeClaim): Promise<void> {
        const body = volumeFor(claim, name => filesForPods(this.instance, name));
        const folder = this.folderOf(body);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        // Any user of a pod may write, as over SMB; the state folder around it keeps others out.
        chmodSync(folder, 0o777);
        await ignoring(409, this.api.createPersistentVolume({ body }));
    }

    private async remove(volume: V1PersistentVolume): Promise<void> {
        rmSync(this.folderOf(volume), { recursive: true, force: true });
        await ignoring(404, this.api.deletePersistentVolume({ name: volume.metadata?.name ?? "" }));
    }

    /** Beside the shares of storage accounts, whose names have no hyphen. */
    private folderOf({ metadata }: V1PersistentVolume): string {
        return path.join(filesFolder(this.instance), metadata?.name ?? "");
    }
}

/** The volume that a claim gets, bound to it alone. @param folderOf where pods find a volume's files */
export function volumeFor(
    claim: V1PersistentVolumeClaim,
    folderOf: (volume: string) => string,
): V1PersistentVolume {
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

/** Whether a claim is for Azure Files and has no volume yet. */
function waits({ metadata, spec }: V1PersistentVolumeClaim): boolean {
    return (
        AZURE_FILE_CLASSES.includes(spec?.storageClassName ?? "") &&
        !spec?.volumeName &&
        metadata?.deletionTimestamp === undefined
    );
}

/** Whether a volume is ours and its claim is gone. */
function isLeft({ metadata, spec, status }: V1PersistentVolume): boolean {
    return (
        metadata?.annotations?.[PROVISIONED_BY] === AZURE_FILE_DRIVER &&
        status?.phase === "Released" &&
        spec?.persistentVolumeReclaimPolicy === "Delete" &&
        metadata.deletionTimestamp === undefined
    );
}

/** An object that is there already, or already gone, is as good. */
async function ignoring(code: number, work: Promise<unknown>): Promise<void> {
    try {
        await work;
    } catch (error) {
        if (!(error instanceof ApiException && error.code === code)) throw error;
    }
}
