import * as path from "node:path";
import type { SandboxInstance } from "../../../instance";
import { sharesFolder, podSharesFolder } from "../../../node/azure-files";
import type { ContainerGroupProperties } from "../../container-groups/model";
import type { Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { ArmError } from "../errors";
import { STORAGE_ACCOUNTS, storageHidden } from "./storage-accounts";

/** The folder of this machine that holds the files of an Azure file share. */
export function shareFolder(instance: SandboxInstance, account: string, share: string): string {
    return path.join(sharesFolder(instance), ...shareParts(account, share));
}

/** The mount of the same folder for pods. */
export function shareFolderForPods(instance: SandboxInstance, account: string, share: string): string {
    return podSharesFolder(instance, ...shareParts(account, share));
}

function shareParts(account: string, share: string): string[] {
    return [account.toLowerCase(), share.toLowerCase()];
}

/**
 * Checks the Azure Files volumes of a container group ("Mount an Azure file share in Azure Container Instances"). As on
 * Azure, a group with a wrong account, key or share is refused.
 * @throws ArmError if an account does not exist, a key is wrong, or a share does not exist
 */
export function checkAzureFileVolumes(
    store: Store,
    group: string,
    { volumes = [] }: ContainerGroupProperties,
): void {
    for (const { name, azureFile } of volumes) {
        if (azureFile === undefined) continue;
        const { storageAccountName, storageAccountKey, shareName } = azureFile;
        const account = accountNamed(store, storageAccountName);
        const keys = account ? storageHidden.parse(account.hidden).keys : [];
        if (!account || !keys.some(({ value }) => value === storageAccountKey)) {
            throw new ArmError(
                400,
                "CannotAccessStorageAccount",
                `The volume '${name}' in container group '${group}' cannot access the storage account '${storageAccountName}': the account does not exist, or storageAccountKey is not one of its keys.`,
            );
        }
        if (!store.get(`${account.id}/fileServices/default/shares/${shareName}`)) {
            throw new ArmError(
                400,
                "AzureFileShareNotFound",
                `The share '${shareName}' of volume '${name}' in container group '${group}' does not exist in storage account '${storageAccountName}'.`,
            );
        }
    }
}

function accountNamed(store: Store, name: string): Resource | undefined {
    return store.ofType(STORAGE_ACCOUNTS).find(account => account.name === name.toLowerCase());
}
