import * as storage from "@pulumi/azure-native/storage";
import type { input } from "@pulumi/azure-native/types";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { STORE_FOLDER } from "../front";
import type { AciSettings } from "./settings";

const VOLUME = "certificate-store";
/** Azure takes 3 to 24 lower-case letters and digits, and a name is in use once in all of Azure. */
const ACCOUNT_NAME_LENGTH = 24;
const READABLE_LENGTH = 11;
/** Gibibytes, the least: it holds some kilobytes. */
const SHARE_QUOTA = 1;

/** The Azure Files share that keeps account and certificates, whatever becomes of the group's containers. */
export interface CertificateStore {
    volume: input.containerinstance.VolumeArgs;
    mount(readOnly: boolean): input.containerinstance.VolumeMountArgs;
}

/** Makes the share. It is the component's, not a revision's: revisions share it. */
export function certificateStore(
    name: string,
    { resourceGroupName, location, tags }: AciSettings,
    parent: pulumi.Resource,
): CertificateStore {
    const account = new storage.StorageAccount(
        `${name}-certificates`,
        {
            resourceGroupName,
            location,
            accountName: accountName(name, parent),
            kind: "StorageV2",
            sku: { name: "Standard_LRS" },
            minimumTlsVersion: "TLS1_2",
            enableHttpsTrafficOnly: true,
            allowBlobPublicAccess: false,
            // Container Instances mount a share by the account's key.
            allowSharedKeyAccess: true,
            tags,
        },
        { parent },
    );
    const share = new storage.FileShare(
        `${name}-certificates`,
        {
            resourceGroupName,
            accountName: account.name,
            shareName: "certificates",
            shareQuota: SHARE_QUOTA,
        },
        { parent },
    );
    const { keys } = storage.listStorageAccountKeysOutput(
        { resourceGroupName, accountName: account.name },
        { parent },
    );
    return {
        volume: {
            name: VOLUME,
            azureFile: {
                shareName: share.name,
                storageAccountName: account.name,
                storageAccountKey: pulumi.secret(keys.apply(([first]) => first?.value ?? "")),
            },
        },
        mount: readOnly => ({ name: VOLUME, mountPath: STORE_FOLDER, readOnly }),
    };
}

/** Random behind what can be read: project and stack have the same names in more subscriptions than one. */
function accountName(name: string, parent: pulumi.Resource): pulumi.Output<string> {
    const readable = name
        .toLowerCase()
        .replace(/[^a-z0-9]/g, "")
        .slice(0, READABLE_LENGTH);
    const { result } = new random.RandomString(
        `${name}-certificates`,
        { length: ACCOUNT_NAME_LENGTH - readable.length, special: false, upper: false },
        { parent },
    );
    return pulumi.interpolate`${readable}${result}`;
}
