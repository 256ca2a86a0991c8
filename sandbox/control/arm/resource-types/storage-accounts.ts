import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { ControlContext } from "../../context";
import type { JsonObject, Resource } from "../../state/resource";
import { optional, parseBody } from "../body";
import { ArmError } from "../errors";
import { identityOf } from "../identity";
import { sameId } from "../resource-id";
import type { ResourceType } from "../resource-type";

export const STORAGE_ACCOUNTS = "Microsoft.Storage/storageAccounts";

const NAME = /^[a-z0-9]{3,24}$/;
const KEY_BYTES = 64;
const ENDPOINTS = ["blob", "dfs", "file", "queue", "table", "web"];

const accountBody = z.looseObject({
    sku: z.looseObject({ name: z.string() }),
    kind: z.string(),
    properties: optional(z.looseObject({})),
});

const key = z.object({ keyName: z.string(), value: z.string(), creationTime: z.string() });

export const storageHidden = z.object({ keys: z.array(key) });

type Key = z.output<typeof key>;

/** Microsoft.Storage/storageAccounts: name, keys and what file shares hang on. No data plane but the shares' folders. */
export function storageAccounts({ store, clock }: ControlContext): ResourceType {
    return {
        type: STORAGE_ACCOUNTS,
        firstApiVersion: "2015-05-01-preview",
        location: "required",
        putStyle: "Location",
        deleteStyle: "synchronous",

        put({ id, name, body, existing }) {
            checkName(name);
            const other = store
                .ofType(STORAGE_ACCOUNTS)
                .find(one => one.name === name && !sameId(one.id, id));
            if (other) {
                throw new ArmError(
                    409,
                    "StorageAccountAlreadyTaken",
                    `The storage account named ${name} is already taken.`,
                );
            }
            const { sku, kind, properties = {} } = parseBody(accountBody, body);
            const identity = identityOf(id, body.identity);
            return {
                properties,
                envelope: {
                    sku: { ...sku, tier: sku.name.split("_")[0] },
                    kind,
                    ...(identity && { identity }),
                },
                hidden: existing?.hidden ?? { keys: [newKey("key1", clock()), newKey("key2", clock())] },
            };
        },

        patch(existing, body) {
            const properties = { ...existing.properties, ...(body.properties as JsonObject | undefined) };
            const tags = (body.tags ?? existing.tags) as Record<string, string> | undefined;
            return { properties, ...(tags && { tags }) };
        },

        view: ({ name, properties, location, createdAt }) => ({
            ...properties,
            creationTime: createdAt,
            primaryLocation: location,
            statusOfPrimary: "available",
            primaryEndpoints: Object.fromEntries(
                ENDPOINTS.map(service => [service, `https://${name}.${service}.core.windows.net/`]),
            ),
        }),

        actions: [
            { method: "POST", path: "listkeys", run: account => ({ status: 200, body: keysBody(account) }) },
            {
                method: "POST",
                path: "regeneratekey",
                run(account, { body }) {
                    const { keys } = storageHidden.parse(account.hidden);
                    if (!keys.some(({ keyName }) => keyName === body.keyName)) {
                        throw new ArmError(
                            400,
                            "InvalidValuesForRequestParameters",
                            "keyName is not key1 or key2.",
                        );
                    }
                    const renewed = keys.map(one =>
                        one.keyName === body.keyName ? newKey(one.keyName, clock()) : one,
                    );
                    store.update(account.id, { hidden: { keys: renewed } });
                    return { status: 200, body: keysBody({ ...account, hidden: { keys: renewed } }) };
                },
            },
        ],
    };
}

function checkName(name: string): void {
    if (NAME.test(name)) return;
    throw new ArmError(
        400,
        "AccountNameInvalid",
        `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
    );
}

function keysBody(account: Resource): JsonObject {
    const { keys } = storageHidden.parse(account.hidden);
    return { keys: keys.map(one => ({ ...one, permissions: "FULL" })) };
}

function newKey(keyName: string, now: Date): Key {
    return { keyName, value: randomBytes(KEY_BYTES).toString("base64"), creationTime: now.toISOString() };
}
