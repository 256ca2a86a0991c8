/** The subscription that clients of a sandbox use by default, and the tenant of both subscriptions. */
export const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
export const TENANT = "00000000-0000-0000-0000-000000000002";

/** All subscriptions of the tenant. Programs with resources in two subscriptions use the second one as well. */
export const SUBSCRIPTIONS: readonly string[] = [SUBSCRIPTION, "00000000-0000-0000-0000-000000000003"];
