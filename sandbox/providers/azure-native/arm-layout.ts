/** The path of a resource group. */
export const GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";

/** The fields that every ARM resource has outside of `properties`. */
export const ENVELOPE = ["id", "name", "type", "location", "tags", "etag", "systemData"];

/** The same for child resources. */
export const CHILD = ["id", "name", "type", "etag"];
