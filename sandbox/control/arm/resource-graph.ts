import { readableBy } from "./permissions";
import type { Principal } from "./tokens";
import type { JsonObject, Resource } from "../state/resource";
import type { Store } from "../state/store";
import { ArmError } from "./errors";
import { parseArmAddress } from "./resource-id";

/** The path of Azure Resource Graph queries: `POST` Microsoft.ResourceGraph/resources. */
export const RESOURCE_GRAPH_PATH = "/providers/microsoft.resourcegraph/resources";

const WHERE = /^where\s+(\w+)\s*(=~|==)\s*(["'])(.*)\3$/i;
const PROJECT = /^project\s+(\w+(?:\s*,\s*\w+)*)$/i;

/**
 * Runs an Azure Resource Graph query over the resources that the principal may read. Supports the subset of the query
 * language that ACME clients use to find a zone: `resources | where column =~ "text" | project column, …`.
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
    let rows = readableBy(store, principal, topLevel(store)).map(rowOf);
    for (const step of steps) rows = applyStep(step, rows);
    const { $skip: skip = 0, $top: top = 1_000 } = options;
    const data = rows.slice(skip, skip + top);
    return { totalRecords: rows.length, count: data.length, data, facets: [], resultTruncated: "false" };
}

function applyStep(step: string, rows: readonly JsonObject[]): JsonObject[] {
    const [, column = "", operator, , text = ""] = WHERE.exec(step) ?? [];
    if (operator !== undefined) {
        const comparable = (value: unknown) =>
            operator === "=~" ? String(value).toLowerCase() : String(value);
        return rows.filter(row => comparable(row[column]) === comparable(text));
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

/** Resource Graph returns types and resource groups in lower case. */
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
        `Please provide below info when asking for support. Query is invalid: the sandbox does not support '${step}'. Use where and project.`,
    );
}
