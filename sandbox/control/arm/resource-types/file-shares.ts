import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { z } from "zod";
import type { ControlContext } from "./context";
import type { Resource } from "../../state/resource";
import { optional, parseBody } from "../body";
import { ArmError } from "../errors";
import { parseArmAddress } from "../resource-id";
import type { ResourceType } from "../resource-type";
import { shareFolder } from "./storage-access";

const FILE_SHARES = "Microsoft.Storage/storageAccounts/fileServices/shares";

/** 3–63 lower-case letters, digits and '-', no two hyphens in a row ("Naming and referencing shares"). */
const NAME = /^(?!.*--)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/;

const DEFAULT_QUOTA_GIB = 5120;

const shareProperties = z.looseObject({
    shareQuota: optional(z.number().int().min(1).max(262_144)),
    metadata: optional(z.record(z.string(), z.string())),
    enabledProtocols: optional(z.string()),
    accessTier: optional(z.string()),
});

/** Microsoft.Storage/…/shares (REST API): Azure file shares. Each is a folder of this machine that container groups mount. */
export function fileShares({ instance }: ControlContext): ResourceType {
    function folderOf(share: Resource): string {
        const [account = ""] = parseArmAddress(share.id).names;
        return shareFolder(instance, account, share.name);
    }

    return {
        type: FILE_SHARES,
        firstApiVersion: "2019-04-01",
        location: "none",
        putStyle: "synchronous",
        deleteStyle: "synchronous",
        etags: true,

        put({ name, body }) {
            if (!NAME.test(name)) {
                throw new ArmError(
                    400,
                    "InvalidResourceName",
                    "The specified resource name contains invalid characters.",
                );
            }
            const properties = parseBody(shareProperties, body.properties ?? {});
            return { properties: { shareQuota: DEFAULT_QUOTA_GIB, enabledProtocols: "SMB", ...properties } };
        },

        created(share) {
            const folder = folderOf(share);
            mkdirSync(folder, { recursive: true, mode: 0o700 });
            // Every user of a container may write, as over SMB. The state folder (0700) denies other users of the machine.
            chmodSync(folder, 0o777);
        },

        patch: (existing, body) => ({
            properties: {
                ...existing.properties,
                ...parseBody(shareProperties, body.properties ?? {}),
            },
        }),

        release(share) {
            rmSync(folderOf(share), { recursive: true, force: true });
            return Promise.resolve();
        },

        view: ({ properties, createdAt }) => ({ ...properties, lastModifiedTime: createdAt }),
    };
}
