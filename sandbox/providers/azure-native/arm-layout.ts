export const GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";

/** What ARM resources have outside of `properties`, whatever their type. */
export const ENVELOPE = ["id", "name", "type", "location", "tags", "etag", "systemData"];

/** The same for resources below others. */
export const CHILD = ["id", "name", "type", "etag"];
