import * as storage from "@pulumi/azure-native/storage";
import type { input } from "@pulumi/azure-native/types";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { STORE_FOLDER } from "../front";
import type { AciSettings } from "./settings";

const VOLUME = "certificate-store";
/** Azure allows 3 to 24 lower-case letters and digits. */
const ACCOUNT_NAME_LENGTH = 24;
/** The characters of the component's name in the account name; the rest is random. */
const PREFIX_LENGTH = 11;
/** The smallest quota that Azure allows; the share contains a few kilobytes. */
const SHARE_QUOTA_GIB = 1;

/** The Azure Files share for the ACME account and the certificates. It survives restarts and replacements of the group. */
export interface CertificateStore {
    volume: input.containerinstance.VolumeArgs;
    mount(readOnly: boolean): input.containerinstance.VolumeMountArgs;
}

/** Creates the share. All revisions of the component use the same one. */
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
            // Container Instances can mount a share only with the key of its account.
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
            shareQuota: SHARE_QUOTA_GIB,
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

/** Unique in all of Azure: a prefix from the component's name and random characters. */
function accountName(name: string, parent: pulumi.Resource): pulumi.Output<string> {
    const prefix = name
        .toLowerCase()
        .replace(/[^a-z0-9]/g, "")
        .slice(0, PREFIX_LENGTH);
    const { result } = new random.RandomString(
        `${name}-certificates`,
        { length: ACCOUNT_NAME_LENGTH - prefix.length, special: false, upper: false },
        { parent },
    );
    return pulumi.interpolate`${prefix}${result}`;
}
