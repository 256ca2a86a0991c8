import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { JsonObject, Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { optional, parseBody } from "../body";
import { ArmError } from "../errors";
import { identityOf } from "../managed-identities";
import { sameId } from "../resource-id";
import type { ActionResult, ResourceType } from "../resource-type";
import type { ControlContext } from "./context";

export const STORAGE_ACCOUNTS = "Microsoft.Storage/storageAccounts";

const NAME = /^[a-z0-9]{3,24}$/;
const KEY_BYTES = 64;
const SERVICES = ["blob", "dfs", "file", "queue", "table", "web"];

const accountBody = z.looseObject({
    sku: z.looseObject({ name: z.string() }),
    kind: z.string(),
    properties: optional(z.looseObject({})),
});

const key = z.object({ keyName: z.string(), value: z.string(), creationTime: z.string() });

export const storageHidden = z.object({ keys: z.array(key) });

type Key = z.output<typeof key>;

/** Microsoft.Storage/storageAccounts (REST API): names, keys and file shares. The only data is that of file shares. */
export function storageAccounts({ store, clock }: ControlContext): ResourceType {
    return {
        type: STORAGE_ACCOUNTS,
        firstApiVersion: "2015-05-01-preview",
        location: "required",
        putStyle: "Location",
        deleteStyle: "synchronous",

        put({ id, name, body, existing }) {
            checkName(name);
            checkNameIsFree(id, name, store);
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
                SERVICES.map(service => [service, `https://${name}.${service}.core.windows.net/`]),
            ),
        }),

        actions: [
            { method: "POST", path: "listkeys", run: account => ({ status: 200, body: keysBody(account) }) },
            {
                method: "POST",
                path: "regeneratekey",
                run: (account, { body }) => regenerateKey(account, body.keyName, store, clock()),
            },
        ],
    };
}

function regenerateKey(account: Resource, keyName: unknown, store: Store, now: Date): ActionResult {
    const { keys } = storageHidden.parse(account.hidden);
    if (!keys.some(existing => existing.keyName === keyName)) {
        throw new ArmError(400, "InvalidValuesForRequestParameters", "keyName is not key1 or key2.");
    }
    const hidden = {
        keys: keys.map(existing => (existing.keyName === keyName ? newKey(existing.keyName, now) : existing)),
    };
    store.update(account.id, { hidden });
    return { status: 200, body: keysBody({ ...account, hidden }) };
}

/** @throws ArmError if another account has the name. Names are unique across all owners. */
function checkNameIsFree(id: string, name: string, store: Store): void {
    const others = store.ofType(STORAGE_ACCOUNTS).filter(account => !sameId(account.id, id));
    if (!others.some(account => account.name === name)) return;
    throw new ArmError(
        409,
        "StorageAccountAlreadyTaken",
        `The storage account named ${name} is already taken.`,
    );
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
