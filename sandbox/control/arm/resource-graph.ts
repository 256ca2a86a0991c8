import { readable } from "../identity/permissions";
import type { Principal } from "../identity/tokens";
import type { JsonObject, Resource } from "../state/resource";
import type { Store } from "../state/store";
import { ArmError } from "./errors";
import { parseArmAddress } from "./resource-id";

/** Where queries over all subscriptions are sent: Microsoft.ResourceGraph/resources, `POST`. */
export const RESOURCE_GRAPH_PATH = "/providers/microsoft.resourcegraph/resources";

const WHERE = /^where\s+(\w+)\s*(=~|==)\s*(["'])(.*)\3$/i;
const PROJECT = /^project\s+(\w+(?:\s*,\s*\w+)*)$/i;

/**
 * Answers a query over the resources that its principal may read. Of the query language there are the parts that ACME
 * clients and the like find a zone with: `resources | where column =~ "text" | project column, …`.
 * @throws ArmError for any other query
 */
export function queryResources(store: Store, principal: Principal | undefined, body: JsonObject): JsonObject {
    const { query, options = {} } = body as {
        query?: unknown;
        options?: { $top?: number; $skip?: number };
    };
    const [table, ...steps] = String(query)
        .split("|")
        .map(step => step.trim());
    if (table?.toLowerCase() !== "resources") throw invalidQuery(String(table));
    let rows = readable(store, principal, topLevel(store)).map(rowOf);
    for (const step of steps) rows = applied(step, rows);
    const { $skip: skip = 0, $top: top = 1_000 } = options;
    const data = rows.slice(skip, skip + top);
    return { totalRecords: rows.length, count: data.length, data, facets: [], resultTruncated: "false" };
}

function applied(step: string, rows: readonly JsonObject[]): JsonObject[] {
    const [, column = "", operator, , text = ""] = WHERE.exec(step) ?? [];
    if (operator !== undefined) {
        const fold = (value: unknown) => (operator === "=~" ? String(value).toLowerCase() : String(value));
        return rows.filter(row => fold(row[column]) === fold(text));
    }
    const columns = PROJECT.exec(step)?.[1]
        ?.split(",")
        .map(one => one.trim());
    if (columns === undefined) throw invalidQuery(step);
    return rows.map(row => Object.fromEntries(columns.map(one => [one, row[one]])));
}

function topLevel(store: Store): Resource[] {
    return store
        .all()
        .filter(({ type }) => /^microsoft\.(?!resources\/|authorization\/)[^/]+\/[^/]+$/i.test(type));
}

/** Types, locations and groups are in lower case in the graph. */
function rowOf({ id, name, type, location, tags, properties }: Resource): JsonObject {
    const { subscription: subscriptionId, resourceGroup = "" } = parseArmAddress(id);
    return {
        id,
        name,
        type: type.toLowerCase(),
        location,
        tags,
        properties,
        subscriptionId,
        resourceGroup: resourceGroup.toLowerCase(),
    };
}

function invalidQuery(step: string): ArmError {
    return new ArmError(
        400,
        "BadRequest",
        `Please provide below info when asking for support. Query is invalid: the sandbox does not know '${step}'.`,
    );
}
